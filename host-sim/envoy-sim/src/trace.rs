//! Watching the calls between the host and a module while they happen.
//!
//! Every machine has a [`Tap`]. While nobody watches, a call costs one look at it. An [`Observer`] is told when a
//! call begins, with its arguments decoded, and when it ends, with what it came to; and it may let the call trap.
//! [`Printer`] is the observer of `host-sim run --trace`.

mod decode;
mod names;
mod print;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use wasmtime::Val;

use crate::abi::{Guest, HostFunction};
use crate::event::VmId;
use crate::time::Now;
use crate::vm::State;

pub use print::{Printer, VALUE_BYTES_MAX, escaped};

/// Somebody who is told of every call between the host and its machines, in order.
///
/// Calls are nested as they happen: host functions between the begin and the end of the callback that called them.
/// An observer must not use the host that it observes.
pub trait Observer {
    /// A call begins. With `Some`, it traps for this reason, in place of being carried out.
    fn begins(&mut self, call: &Call) -> Option<String>;

    /// The call that began last, of those that have not ended, has ended.
    fn ends(&mut self, call: &Call, end: &End);
}

/// One call, in either direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// When it was made.
    pub now: Now,
    /// The machine.
    pub vm: VmId,
    /// The context that it is about: 1 is the root, the streams are 2, 3, …; 0 is none. In a host function this is the
    /// effective context.
    pub context: u32,
    /// Who called whom.
    pub direction: Direction,
    /// The name of the function, as it is exported or imported.
    pub function: String,
    /// What it was given, under the names of the table of host functions.
    pub arguments: Vec<Argument>,
}

/// Who called whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The host called a function that the module exports.
    Callback,
    /// The module called a function that it imports.
    HostFunction,
}

/// One argument or one result, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The name; a result has it without the `return_` of its address.
    pub name: &'static str,
    /// The value.
    pub value: Value,
}

/// A decoded value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, or an address that is not followed.
    Number(i64),
    /// A number that stands for a name: a log level, a buffer, a kind of stream.
    Name(&'static str),
    /// Bytes in the module's memory.
    Bytes {
        /// The first of them, at most [`VALUE_BYTES_MAX`].
        begin: Vec<u8>,
        /// How many there are.
        len: u32,
    },
    /// Bytes that are not all in the module's memory.
    Outside,
}

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The result in words: a status, an action, a truth value. Empty for a function without a result.
    pub result: String,
    /// It trapped.
    pub trapped: bool,
    /// What a host function wrote for the module, where it answered `Ok`.
    pub outputs: Vec<Argument>,
    /// What a callback has used; nothing for a host function, whose part is in that of its callback.
    pub spent: Spent,
}

/// What one callback has used of its machine, the host functions that it called included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// About one unit for each instruction; `None` where the module does not count fuel
    /// ([`crate::Module::metered_from_file`]).
    pub fuel: Option<u64>,
    /// How often host functions have asked the module's allocator for memory, to hand something over in.
    pub allocations: u32,
}

/// The observer of a host, if it has one.
#[derive(Clone, Default)]
pub(crate) struct Tap(Option<Rc<RefCell<dyn Observer>>>);

// === impl Tap ===

impl Tap {
    pub fn by(observer: Rc<RefCell<dyn Observer>>) -> Self {
        Self(Some(observer))
    }

    /// The host is about to call `function`; `None` when nobody watches.
    pub fn callback(state: &State, function: &str, args: &[u32]) -> Option<Watched> {
        let observer = Rc::clone(state.tap.0.as_ref()?);
        let arguments = decode::callback(function, args);
        Some(Watched::begin(
            observer,
            call(state, state.current_context, Direction::Callback, function, arguments),
        ))
    }

    /// The module has called `function`; `None` when nobody watches.
    pub fn host_function(guest: &mut Guest<'_>, function: &HostFunction, args: &[Val]) -> Option<Watched> {
        let state = guest.state();
        let observer = Rc::clone(state.tap.0.as_ref()?);
        let context = state.effective_context.unwrap_or(state.current_context);
        let mut call = call(state, context, Direction::HostFunction, function.name, Vec::new());
        call.arguments = decode::arguments(guest, function, args);
        Some(Watched::begin(observer, call))
    }
}

fn call(state: &State, context: u32, direction: Direction, function: &str, arguments: Vec<Argument>) -> Call {
    Call { now: state.now, vm: state.id, context, direction, function: function.to_owned(), arguments }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tap({})", if self.0.is_some() { "on" } else { "off" })
    }
}

/// A call that is being watched.
pub(crate) struct Watched {
    observer: Rc<RefCell<dyn Observer>>,
    call: Call,
    trap: Option<String>,
}

// === impl Watched ===

impl Watched {
    fn begin(observer: Rc<RefCell<dyn Observer>>, call: Call) -> Self {
        let trap = observer.borrow_mut().begins(&call);
        Self { observer, call, trap }
    }

    /// The trap that the observer wants in place of the call.
    pub fn trap(&mut self) -> Option<wasmtime::Error> {
        self.trap.take().map(wasmtime::Error::msg)
    }

    /// The callback has returned: a number, where it has a result.
    pub fn callback_ended(self, result: Result<Option<u32>, &wasmtime::Error>, spent: Spent) {
        let end = match result {
            Ok(result) => {
                let result =
                    result.map_or_else(String::new, |result| names::answer(&self.call.function, result));
                End::returned(result)
            }
            Err(error) => End::trap(error),
        };
        let end = End { spent, ..end };
        self.observer.borrow_mut().ends(&self.call, &end);
    }

    /// The host function has answered.
    pub fn host_function_ended(
        self,
        guest: &Guest<'_>,
        function: &HostFunction,
        args: &[Val],
        results: &[Val],
        answer: &wasmtime::Result<()>,
    ) {
        let end = match (answer, results.first()) {
            (Err(error), _) => End::trap(error),
            (Ok(()), Some(Val::I32(code))) => {
                let ok = *code == 0;
                let outputs = if ok { decode::outputs(guest, function, args) } else { Vec::new() };
                End { outputs, ..End::returned(names::status(function, code.cast_unsigned())) }
            }
            (Ok(()), _) => End::returned(String::new()),
        };
        self.observer.borrow_mut().ends(&self.call, &end);
    }
}

// === impl End ===

impl End {
    fn returned(result: String) -> Self {
        Self { result, trapped: false, outputs: Vec::new(), spent: Spent::default() }
    }

    fn trap(error: &wasmtime::Error) -> Self {
        Self { trapped: true, ..Self::returned(error.root_cause().to_string()) }
    }
}

#[cfg(test)]
mod tests;
