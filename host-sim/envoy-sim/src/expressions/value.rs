//! Attributes as variables, looked up when an expression asks for them, and the way back: from a value of the language
//! to one that has a form on the wire.

use std::any::Any;

use cel::ExecutionError;
use cel::common::traits::{Container, Indexer, Iterable, Iterator, Sizer};
use cel::common::types::{
    CelBool, CelBytes, CelDouble, CelDuration, CelInt, CelList, CelMap, CelMapKey, CelString, CelTimestamp,
    CelUInt, MAP_TYPE, Type,
};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::context::VariableResolver;
use chrono::{DateTime, TimeDelta};

use crate::properties::{CelValue, View};

/// All attributes of one context.
pub(super) struct Attributes<'a>(View<'a>);

impl<'a> Attributes<'a> {
    pub fn new(view: View<'a>) -> Self {
        Self(view)
    }
}

impl VariableResolver for Attributes<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        find(self.0, &[name]).map(CowVal::Owned)
    }
}

fn find<'v>(view: View<'v>, path: &[&str]) -> Option<Box<dyn Val + 'v>> {
    Some(match view.find(path)? {
        CelValue::Bool(value) => Box::new(CelBool::from(value)),
        CelValue::Bytes(bytes) => Box::new(CelBytes::from(bytes)),
        CelValue::Duration(nanoseconds) => Box::new(CelDuration::from(TimeDelta::nanoseconds(nanoseconds))),
        CelValue::Int(value) => Box::new(CelInt::from(value)),
        CelValue::Text(text) => Box::new(CelString::from(text)),
        CelValue::Time(nanoseconds) => {
            Box::new(CelTimestamp::from(DateTime::from_timestamp_nanos(nanoseconds).fixed_offset()))
        }
        CelValue::Uint(value) => Box::new(CelUInt::from(value)),
        whole @ (CelValue::Double(_)
        | CelValue::Formless
        | CelValue::List(_)
        | CelValue::Map(_)
        | CelValue::Message(_)) => {
            Box::new(Branch { view, path: path.iter().map(|&name| name.to_owned()).collect(), whole })
        }
    })
}

/// A group of attributes, a map that only answers questions about its keys, or a message.
#[derive(Clone, Debug)]
struct Branch<'v> {
    view: View<'v>,
    path: Vec<String>,
    whole: CelValue,
}

/// The key under which a branch hands itself out as a [`CelValue`]; no expression has a value of this type. Branches
/// borrow, so they cannot be recognised by their type.
#[derive(Clone, Debug)]
struct Whole(CelValue);

static MESSAGE: Type = Type::new_unspecified_type("message");
static WHOLE: Type = Type::new_unspecified_type("whole");

/// A branch as a whole; `None`: the value is none.
fn whole(value: &dyn Val) -> Option<CelValue> {
    let whole = value.as_indexer()?.get(&Whole(CelValue::Formless)).ok()?;
    whole.downcast_ref::<Whole>().map(|whole| whole.0.clone())
}

impl Branch<'_> {
    fn is_message(&self) -> bool {
        matches!(self.whole, CelValue::Message(_))
    }
}

impl Val for Branch<'_> {
    fn get_type(&self) -> &Type {
        if self.is_message() { &MESSAGE } else { <Self as Val>::cel_type() }
    }
    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }
    fn as_container(&self) -> Option<&dyn Container> {
        (!self.is_message()).then_some(self)
    }
    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }
    fn as_iterable<'b, 'w>(&'b self) -> Option<&'b (dyn Iterable + 'w)>
    where
        Self: 'w,
    {
        (!self.is_message()).then_some(self)
    }
    fn as_sizer(&self) -> Option<&dyn Sizer> {
        (!self.is_message()).then_some(self)
    }
    /// Maps are compared by the pairs that they list, which are none.
    fn equals(&self, other: &dyn Val) -> bool {
        match (&self.whole, whole(other)) {
            (CelValue::Message(one), Some(CelValue::Message(other))) => *one == other,
            (CelValue::Message(_), _) | (_, Some(CelValue::Message(_))) => false,
            (_, Some(_)) => true,
            (_, None) => other.downcast_ref::<CelMap>().is_some_and(|map| map.is_empty()),
        }
    }
    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(self.clone())
    }
}

impl Container for Branch<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.get(key).is_ok())
    }
}

impl Indexer for Branch<'_> {
    fn get<'b, 'w>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        if key.downcast_ref::<Whole>().is_some() {
            return Ok(CowVal::owned(Whole(self.whole.clone())));
        }
        let name = key.downcast_ref::<CelString>().map(CelString::inner);
        let name = name.ok_or_else(|| ExecutionError::no_such_key("a key that is no string"))?;
        let path: Vec<&str> = self.path.iter().map(String::as_str).chain([name]).collect();
        match find(self.view, &path) {
            Some(found) => Ok(CowVal::Owned(found)),
            // `has` may ask a map for any key, but a message only for a field that it can have.
            None if self.is_message() => Err(ExecutionError::function_error("_._", "no such field")),
            None => Err(ExecutionError::no_such_key(name)),
        }
    }

    fn steal<'w>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.get(key).map(CowVal::into_owned)
    }
}

impl Iterable for Branch<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn Iterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        Box::new(NoKeys)
    }
}

impl Sizer for Branch<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(0)
    }
}

struct NoKeys;

impl<'b, 'v> Iterator<'b, 'v> for NoKeys {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        None
    }
}

impl Val for Whole {
    fn get_type(&self) -> &Type {
        <Self as Val>::cel_type()
    }
    fn cel_type() -> &'static Type {
        &WHOLE
    }
    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }
    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Whole {}

/// The value; null, types and all else that Envoy cannot write down are [`CelValue::Formless`]. Times that do not fit
/// into 64 bits of nanoseconds are the earliest or the latest that do.
pub(super) fn value(from: &dyn Val) -> CelValue {
    if let Some(value) = from.downcast_ref::<CelBool>() {
        CelValue::Bool(*value.inner())
    } else if let Some(bytes) = from.downcast_ref::<CelBytes>() {
        CelValue::Bytes(bytes.inner().to_vec())
    } else if let Some(value) = from.downcast_ref::<CelDouble>() {
        CelValue::Double(*value.inner())
    } else if let Some(span) = from.downcast_ref::<CelDuration>() {
        let is_past = span.inner() < &TimeDelta::zero();
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
        whole(from).unwrap_or(CelValue::Formless)
    }
}

fn end_of_time(is_past: bool) -> i64 {
    if is_past { i64::MIN } else { i64::MAX }
}
