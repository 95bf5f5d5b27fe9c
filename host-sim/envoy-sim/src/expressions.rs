//! Expressions of the Common Expression Language over a context's attributes: what Envoy has behind the foreign
//! functions `expr_create`, `expr_evaluate` and `expr_delete`.
//!
//! The language is the crate `cel`'s. Here is what Envoy adds to it: which functions there are, how deep an expression
//! may nest, the attributes as variables, and the tokens of each root context. Where it does otherwise than Envoy,
//! docs/abi-coverage.md says so.

mod parse;
mod value;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use cel::common::types::{CelBool, CelInt, CelList, CelMap, CelMapKey, CelString, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::parser::Expression;
use cel::{Context, Env, ExecutionError, Value as Cel, add_overload};

use crate::abi::Status;
use crate::profile::Profile;
use crate::properties::{CelValue, View};
use value::Attributes;

/// The longest expression. Envoy's limit is 100,000 code points; both answer `BadArgument`.
pub(crate) const EXPRESSION_BYTES_MAX: usize = 16 * 1024;
/// Expressions that one root context may have at a time. Envoy has no limit; here one more is `InternalFailure`.
pub(crate) const EXPRESSIONS_MAX: usize = 1024;

/// The expressions of one root context and its streams.
#[derive(Debug, Default)]
pub(crate) struct Expressions {
    by_token: BTreeMap<u32, Expression>,
    next_token: u32,
}

impl Expressions {
    /// The token of a new expression. `BadArgument`: it cannot be parsed, or names a function or a type that Envoy does
    /// not have; the latter uses up a token all the same.
    pub fn create(&mut self, source: &[u8], profile: Profile) -> Result<u32, Status> {
        if source.len() > EXPRESSION_BYTES_MAX {
            return Err(Status::BadArgument);
        }
        let parsed = parse::parse(str::from_utf8(source).map_err(|_| Status::BadArgument)?, profile)?;
        if self.by_token.len() >= EXPRESSIONS_MAX {
            return Err(Status::InternalFailure);
        }
        let token = self.free_token();
        parse::check_functions(&parsed)?;
        self.by_token.insert(token, parsed);
        Ok(token)
    }

    /// What the expression is worth. `NotFound`: there is none with this token. `InternalFailure`: it ends in an error,
    /// a missing attribute say.
    ///
    /// How long that takes and how large it gets depends on the expression, and has no limit, as in Envoy.
    pub fn evaluate(&self, token: u32, view: View<'_>) -> Result<CelValue, Status> {
        let expression = self.by_token.get(&token).ok_or(Status::NotFound)?;
        let attributes = Attributes::new(view);
        let mut context = Context::with_env(environment());
        context.set_variable_resolver(&attributes);
        let value = Cel::resolve_val(expression, &context).map_err(|_| Status::InternalFailure)?;
        Ok(value::value(&*value))
    }

    /// Forgets an expression, if there is one.
    pub fn delete(&mut self, token: u32) {
        self.by_token.remove(&token);
    }

    fn free_token(&mut self) -> u32 {
        loop {
            let token = self.next_token;
            self.next_token = token.wrapping_add(1);
            if !self.by_token.contains_key(&token) {
                return token;
            }
        }
    }
}

/// What every macro asks of its range; no expression can spell it.
const SORTED_KEYS: &str = "@sorted_keys";

thread_local! {
    static ENVIRONMENT: OnceCell<Arc<Env>> = const { OnceCell::new() };
}

/// The standard library without optional values, and what Envoy has besides.
fn environment() -> Arc<Env> {
    ENVIRONMENT.with(|environment| Arc::clone(environment.get_or_init(|| Arc::new(build()))))
}

fn build() -> Env {
    let mut env = Env::default().with_optional_support(false).with_stdlib();
    let added = [
        env.add_overload(SORTED_KEYS, "sorted_keys", vec![DYN_TYPE], sorted_keys),
        add_overload!(env, fn int_of_bool: (CelBool) -> CelInt, name = "int"),
        // What the crate has as methods only.
        add_overload!(env, fn contains: (CelString, CelString) -> CelBool),
        add_overload!(env, fn ends_with: (CelString, CelString) -> CelBool),
        add_overload!(env, fn starts_with: (CelString, CelString) -> CelBool),
    ];
    debug_assert!(added.iter().all(Result::is_ok), "declared twice: {added:?}");
    env
}

/// A map's keys as a list in their order; anything else as it is.
fn sorted_keys<'b, 'v>(mut args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let range = args.pop().ok_or_else(ExecutionError::missing_argument_or_target)?;
    let Some(map) = range.downcast_ref::<CelMap<'v>>() else { return Ok(range) };
    let mut keys: Vec<&CelMapKey<'v>> = map.inner().keys().collect();
    keys.sort();
    let keys: Vec<Box<dyn Val + 'v>> = keys.into_iter().map(|key| key.inner().clone_as_boxed()).collect();
    Ok(CowVal::owned(CelList::from(keys)))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as the crate calls it")]
fn int_of_bool(value: &CelBool) -> CelInt {
    i64::from(*value.inner()).into()
}

fn contains(text: &CelString<'_>, part: &CelString<'_>) -> CelBool {
    text.inner().contains(part.inner()).into()
}

fn ends_with(text: &CelString<'_>, end: &CelString<'_>) -> CelBool {
    text.inner().ends_with(end.inner()).into()
}

fn starts_with(text: &CelString<'_>, start: &CelString<'_>) -> CelBool {
    text.inner().starts_with(start.inner()).into()
}

#[cfg(test)]
mod tests;
