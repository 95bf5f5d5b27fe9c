//! Expressions of the Common Expression Language over a context's attributes: what Envoy has behind the foreign
//! functions `expr_create`, `expr_evaluate` and `expr_delete`.
//!
//! The language is the crate `cel`'s. Here is what Envoy adds to it: which functions there are, how deep an expression
//! may nest, the attributes as variables, and the tokens of each root context. Where it does otherwise than Envoy,
//! docs/abi-coverage.md says so.

mod attribute;
mod check;
mod environment;
mod parse;
mod result;

use std::collections::BTreeMap;

use cel::{Context, Value as Cel};

use crate::abi::Status;
use crate::profile::Profile;
use crate::properties::{CelValue, View};
use attribute::Attributes;
use cel::parser::Expression;

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
        check::functions(&parsed)?;
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
        let mut context = Context::with_env(environment::environment());
        context.set_variable_resolver(&attributes);
        let value = Cel::resolve_val(expression, &context).map_err(|_| Status::InternalFailure)?;
        Ok(result::value(&*value))
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

#[cfg(test)]
mod tests;
