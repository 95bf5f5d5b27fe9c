//! `expr_create`, `expr_evaluate` and `expr_delete`.
//!
//! They act for the context whose callback is running, whatever `proxy_set_effective_context` was told: its root has
//! the expressions, and its attributes are the variables.

use crate::abi::Status;
use crate::expressions::Expressions;
use crate::properties::View;
use crate::vm::State;

/// The message is the expression, the result its token.
pub(super) fn create(state: &mut State, message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    let profile = state.settings.profile;
    let token = expressions(state)?.create(message, profile)?;
    Ok(Some(token.to_le_bytes().into()))
}

/// The message is a token, the result the value in the form in which `proxy_get_property` gives it.
pub(super) fn evaluate(state: &mut State, message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    let token = token(message)?;
    let root = state.roots.get(&state.current_root()).ok_or(Status::InternalFailure)?;
    root.expressions.evaluate(token, View::current(state))?.wire().map(Some)
}

/// The message is a token. One that is not in use is fine.
pub(super) fn delete(state: &mut State, message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    let token = token(message)?;
    expressions(state)?.delete(token);
    Ok(None)
}

fn token(message: &[u8]) -> Result<u32, Status> {
    message.try_into().map(u32::from_le_bytes).map_err(|_| Status::BadArgument)
}

/// `InternalFailure` before there is a root context.
fn expressions(state: &mut State) -> Result<&mut Expressions, Status> {
    let root = state.current_root();
    state.roots.get_mut(&root).map(|root| &mut root.expressions).ok_or(Status::InternalFailure)
}
