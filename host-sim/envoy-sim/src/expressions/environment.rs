//! The functions that an expression can call.

use std::cell::OnceCell;
use std::sync::Arc;

use cel::common::types::{CelBool, CelInt, CelList, CelMap, CelMapKey, CelString, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Env, ExecutionError, add_overload};

/// What every macro asks of its range; no expression can spell it.
pub(super) const SORTED_KEYS: &str = "@sorted_keys";

thread_local! {
    static ENVIRONMENT: OnceCell<Arc<Env>> = const { OnceCell::new() };
}

/// The standard library without optional values, and what Envoy has besides.
pub(super) fn environment() -> Arc<Env> {
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
