//! From a value of the language to one that has a form on the wire.

use cel::common::types::{
    CelBool, CelBytes, CelDouble, CelDuration, CelInt, CelList, CelMap, CelMapKey, CelString, CelTimestamp,
    CelUInt,
};
use cel::common::value::Val;

use super::attribute;
use crate::properties::CelValue;

/// The value; null, types and all else that Envoy cannot write down are [`CelValue::Formless`]. Times that do not fit into
/// 64 bits of nanoseconds are the earliest or the latest that do.
pub(super) fn value(from: &dyn Val) -> CelValue {
    if let Some(value) = from.downcast_ref::<CelBool>() {
        CelValue::Bool(*value.inner())
    } else if let Some(bytes) = from.downcast_ref::<CelBytes>() {
        CelValue::Bytes(bytes.inner().to_vec())
    } else if let Some(value) = from.downcast_ref::<CelDouble>() {
        CelValue::Double(*value.inner())
    } else if let Some(span) = from.downcast_ref::<CelDuration>() {
        let is_past = span.inner() < &chrono::TimeDelta::zero();
        CelValue::Duration(span.inner().num_nanoseconds().unwrap_or_else(|| end_of_time(is_past)))
    } else if let Some(value) = from.downcast_ref::<CelInt>() {
        CelValue::Int(*value.inner())
    } else if let Some(list) = from.downcast_ref::<CelList>() {
        CelValue::List(list.inner().iter().map(|element| value(element.as_ref())).collect())
    } else if let Some(map) = from.downcast_ref::<CelMap>() {
        // Envoy's maps have an order of their own at each run; a simulator does the same each time.
        let mut pairs: Vec<(&CelMapKey, _)> = map.inner().iter().collect();
        pairs.sort_by_key(|(key, _)| *key);
        CelValue::Map(
            pairs.into_iter().map(|(key, element)| (value(key.inner()), value(element.as_ref()))).collect(),
        )
    } else if let Some(text) = from.downcast_ref::<CelString>() {
        CelValue::text(text.inner())
    } else if let Some(time) = from.downcast_ref::<CelTimestamp>() {
        let is_past = time.inner().timestamp() < 0;
        CelValue::Time(time.inner().timestamp_nanos_opt().unwrap_or_else(|| end_of_time(is_past)))
    } else if let Some(value) = from.downcast_ref::<CelUInt>() {
        CelValue::Uint(*value.inner())
    } else {
        attribute::whole(from).unwrap_or(CelValue::Formless)
    }
}

fn end_of_time(is_past: bool) -> i64 {
    if is_past { i64::MIN } else { i64::MAX }
}
