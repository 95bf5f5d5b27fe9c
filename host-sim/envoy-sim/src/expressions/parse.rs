//! From text to a tree.

use std::thread;

use cel::parser::{Expression, Parser};

use super::check;
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
            if check::depth(&tree) > usize::from(DEPTH_MAX) {
                return Err(Status::BadArgument);
            }
            check::sort_keys(&mut tree);
            if !is_newest {
                check::lose_absolute_names(&mut tree);
            }
            Ok(tree)
        });
        let parser = parser.map_err(|_| Status::InternalFailure)?;
        parser.join().unwrap_or(Err(Status::BadArgument))
    })
}
