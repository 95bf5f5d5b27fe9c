//! From text to a tree, and what Envoy finds wrong with it before it is ever evaluated.

use std::thread;

use cel::common::ast::operators::{CONDITIONAL, LOGICAL_AND, LOGICAL_OR};
use cel::common::ast::{CallExpr, EntryExpr, Expr};
use cel::parser::{Expression, Parser};

use super::SORTED_KEYS;
use crate::abi::Status;
use crate::profile::Profile;

/// How deep an expression may nest, the parser's default in Envoy.
pub(super) const DEPTH_MAX: u16 = 32;
/// The parser's own stack: a long chain such as `1+1+…` is as deep as it is long, until its depth is known. The
/// longest one needs less than 8 MiB.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// The tree of `source`. `BadArgument`: it is not of the language, or nests too deep. Names in backticks, and with a
/// dot before them, came with 1.40.
pub(super) fn parse(source: &str, profile: Profile) -> Result<Expression, Status> {
    thread::scope(|scope| {
        let parser = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || {
            let is_newest = profile >= Profile::Envoy1_40;
            let parser = Parser::new().max_recursion_depth(DEPTH_MAX).enable_ident_escape_syntax(is_newest);
            let mut tree = parser.parse(source).map_err(|_| Status::BadArgument)?;
            if depth(&tree) > usize::from(DEPTH_MAX) {
                return Err(Status::BadArgument);
            }
            sort_keys(&mut tree);
            if !is_newest {
                lose_absolute_names(&mut tree);
            }
            Ok(tree)
        });
        let parser = parser.map_err(|_| Status::InternalFailure)?;
        parser.join().unwrap_or(Err(Status::BadArgument))
    })
}

/// Functions called as `name(…)`, with so many arguments.
const FUNCTIONS: [(&str, usize); 15] = [
    ("bool", 1),
    ("bytes", 1),
    ("contains", 2),
    ("double", 1),
    ("duration", 1),
    ("dyn", 1),
    ("endsWith", 2),
    ("int", 1),
    ("matches", 2),
    ("size", 1),
    ("startsWith", 2),
    ("string", 1),
    ("timestamp", 1),
    ("type", 1),
    ("uint", 1),
];
/// Functions called as `value.name(…)`, with so many arguments.
const METHODS: [(&str, usize); 5] =
    [("contains", 1), ("endsWith", 1), ("matches", 1), ("size", 0), ("startsWith", 1)];
/// Parts of a time: methods without an argument, or with a time zone.
const PARTS: [&str; 10] = [
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
];

/// `BadArgument`: a function that Envoy does not have with so many arguments, or a message that would be made.
pub(super) fn check_functions(tree: &Expression) -> Result<(), Status> {
    match &tree.expr {
        Expr::Call(call) if !is_known(call) => return Err(Status::BadArgument),
        Expr::Struct(_) => return Err(Status::BadArgument),
        _ => {}
    }
    children(&tree.expr).into_iter().try_for_each(check_functions)
}

fn is_known(call: &CallExpr) -> bool {
    let name = call.func_name.as_str();
    // Operators have names that no expression can spell.
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return true;
    }
    let signature = (name, call.args.len());
    match call.target {
        None => FUNCTIONS.contains(&signature),
        Some(_) => METHODS.contains(&signature) || (PARTS.contains(&name) && signature.1 < 2),
    }
}

/// How deep the source nests. A chain of `&&` or `||` is one level, and so is a macro, whatever it has become.
fn depth(tree: &Expression) -> usize {
    let below = match &tree.expr {
        Expr::Call(call) if [LOGICAL_AND, LOGICAL_OR].contains(&call.func_name.as_str()) => {
            call.args.iter().map(|arg| operand(arg, &call.func_name)).max()
        }
        Expr::Comprehension(comprehension) => {
            let step = step(&comprehension.loop_step, &comprehension.accu_var);
            Some(step.max(depth(&comprehension.iter_range)))
        }
        expr => children(expr).into_iter().map(depth).max(),
    };
    below.unwrap_or_default() + 1
}

/// Below the operator of this name, of which there may be more in a chain.
fn operand(tree: &Expression, operator: &str) -> usize {
    match &tree.expr {
        Expr::Call(call) if call.func_name == operator => {
            call.args.iter().map(|arg| operand(arg, operator)).max().unwrap_or_default()
        }
        _ => depth(tree),
    }
}

/// What the user wrote into a macro: the expander has put conditions, sums and lists with its own variable around it.
fn step(tree: &Expression, variable: &str) -> usize {
    let is_variable = |tree: &Expression| matches!(&tree.expr, Expr::Ident(name) if name == variable);
    let Expr::Call(call) = &tree.expr else { return depth(tree) };
    match &call.args[..] {
        [condition, then, rest] if call.func_name == CONDITIONAL && is_variable(rest) => {
            depth(condition).max(step(then, variable))
        }
        [first, added] if is_variable(first) => match &added.expr {
            Expr::List(list) => list.elements.iter().map(depth).max().unwrap_or_default(),
            _ => depth(added),
        },
        _ => depth(tree),
    }
}

/// Makes all macros go over a map's keys in their order. The crate's maps have none, nor have Envoy's; a simulator does
/// the same each time.
fn sort_keys(tree: &mut Expression) {
    if let Expr::Comprehension(comprehension) = &mut tree.expr {
        let range = std::mem::take(&mut comprehension.iter_range);
        let call = CallExpr { func_name: SORTED_KEYS.to_owned(), target: None, args: vec![range] };
        comprehension.iter_range.expr = Expr::Call(call);
    }
    children_mut(&mut tree.expr).into_iter().for_each(sort_keys);
}

/// Makes names with a dot before them name nothing: until 1.39 Envoy finds no variable with one.
fn lose_absolute_names(tree: &mut Expression) {
    if let Expr::Ident(name) = &mut tree.expr
        && name.starts_with('.')
    {
        name.insert(0, '@');
    }
    children_mut(&mut tree.expr).into_iter().for_each(lose_absolute_names);
}

/// Collects references to all direct children, for shared and for exclusive access.
macro_rules! children {
    ($expr:expr, $iter:ident, $as_deref:ident, [$($reference:tt)+]) => {
        match $expr {
            Expr::Call(call) => call.target.$as_deref().into_iter().chain(call.args.$iter()).collect(),
            Expr::Comprehension(it) => {
                let it = $($reference)+ **it;
                vec![
                    $($reference)+ it.iter_range,
                    $($reference)+ it.accu_init,
                    $($reference)+ it.loop_cond,
                    $($reference)+ it.loop_step,
                    $($reference)+ it.result,
                ]
            }
            Expr::List(list) => list.elements.$iter().collect(),
            Expr::Map(map) => map.entries.$iter().flat_map(|entry| match $($reference)+ entry.expr {
                EntryExpr::MapEntry(entry) => vec![$($reference)+ entry.key, $($reference)+ entry.value],
                EntryExpr::StructField(field) => vec![$($reference)+ field.value],
            }).collect(),
            Expr::Select(select) => vec![$($reference)+ *select.operand],
            // Nobody looks into a message: there cannot be any.
            Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => Vec::new(),
        }
    };
}

fn children(expr: &Expr) -> Vec<&Expression> {
    children!(expr, iter, as_deref, [&])
}

fn children_mut(expr: &mut Expr) -> Vec<&mut Expression> {
    children!(expr, iter_mut, as_deref_mut, [&mut])
}

#[cfg(test)]
mod tests;
