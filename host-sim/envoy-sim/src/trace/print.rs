//! A trace as lines of text.

use std::fmt::Write as _;

use super::{Argument, Call, Direction, End, Observer, Value};

/// The most bytes of one value that are kept and shown.
pub const VALUE_BYTES_MAX: usize = 60;

/// The width of what stands before a callback: time, machine, context.
const MARGIN: usize = 32;

/// Writes each call as a line: time, machine and context before a callback, what it called indented below it.
///
/// ```text
///    2.000 worker 0     context 2  proxy_on_new_connection(context: 2)
///                                    proxy_log(level: Info, text: "hello") = Ok
///                                    = Pause
/// ```
pub struct Printer<F: FnMut(&str)> {
    line: F,
    /// The begin of a call that has not ended, as long as nothing was printed in between.
    open: Option<String>,
    depth: usize,
}

// === impl Printer ===

impl<F: FnMut(&str)> Printer<F> {
    /// A printer that hands each line, without its end, to `line`.
    pub fn new(line: F) -> Self {
        Self { line, open: None, depth: 0 }
    }

    fn flush(&mut self) {
        if let Some(open) = self.open.take() {
            (self.line)(&open);
        }
    }
}

impl<F: FnMut(&str)> Observer for Printer<F> {
    fn begins(&mut self, call: &Call) -> Option<String> {
        self.flush();
        let margin = if call.direction == Direction::Callback { margin(call) } else { String::new() };
        let indent = 2 * self.depth;
        self.open =
            Some(format!("{margin:MARGIN$}{:indent$}{}", "", signature(&call.function, &call.arguments)));
        self.depth += 1;
        None
    }

    fn ends(&mut self, _: &Call, end: &End) {
        let result = result(end);
        let line = match self.open.take() {
            Some(open) if result.is_empty() => open,
            Some(open) => format!("{open} {result}"),
            None if result.is_empty() => String::new(),
            None => format!("{:indent$}{result}", "", indent = MARGIN + 2 * self.depth),
        };
        if !line.is_empty() {
            (self.line)(&line);
        }
        self.depth = self.depth.saturating_sub(1);
    }
}

/// `   2.000 worker 0     context 2`
fn margin(call: &Call) -> String {
    let context = match call.context {
        0 => String::new(),
        1 => "root".to_owned(),
        stream => format!("context {stream}"),
    };
    format!("{:8.3} {:<11} {context:<10}", call.now.monotonic.as_secs_f64(), call.vm.to_string())
}

/// `name(argument: value, …)`
fn signature(function: &str, arguments: &[Argument]) -> String {
    format!("{function}({})", list(arguments))
}

fn list(arguments: &[Argument]) -> String {
    arguments
        .iter()
        .map(|argument| format!("{}: {}", argument.name, value(argument)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn value(argument: &Argument) -> String {
    match &argument.value {
        Value::Number(number) => number.to_string(),
        Value::Name(name) => (*name).to_owned(),
        Value::Outside => "outside of the memory".to_owned(),
        Value::Bytes { begin, len } => {
            // The segments of a property's path have a NUL between them; people write a dot there.
            let path = argument.name == "path";
            let begin = begin.iter().map(|byte| if path && *byte == 0 { b'.' } else { *byte });
            let begin: Vec<u8> = begin.collect();
            let mut text = format!("\"{}\"", escaped(&begin));
            if begin.len() < *len as usize {
                let _ = write!(text, "… {len} bytes");
            }
            text
        }
    }
}

/// ` = Ok, value: "…"`; nothing for a function without a result.
fn result(end: &End) -> String {
    if end.trapped {
        return format!("TRAP: {}", end.result);
    }
    let mut text = String::new();
    if !end.result.is_empty() {
        let _ = write!(text, "= {}", end.result);
    }
    if !end.outputs.is_empty() {
        let _ = write!(text, ", {}", list(&end.outputs));
    }
    text
}

/// Bytes as one line of printable text: `\r`, `\n`, `\t`, `\\` and `\"` by name, other bytes as `\xNN`.
pub fn escaped(bytes: &[u8]) -> String {
    // The single quote needs none here, and std escapes it.
    bytes.escape_ascii().to_string().replace("\\'", "'")
}
