//! What is said when a machine fails: what happened, and where in the module.

use wasmtime::{FrameInfo, FrameSymbol, Trap, WasmBacktrace};

use super::limiter::Refused;

/// Functions that are named, from the innermost. More would not fit on a screen.
pub(crate) const FRAMES_MAX: usize = 16;
/// Frames that wasmtime collects, its own default. A deeper stack is cut there.
pub(super) const BACKTRACE_FRAMES_MAX: usize = 20;
/// Characters of a function's name; a mangled one can have thousands.
pub(crate) const NAME_CHARS_MAX: usize = 120;

/// A call that failed.
pub(super) struct Failure<'a> {
    /// The callback, or another function that the host called.
    pub function: &'a str,
    pub error: &'a wasmtime::Error,
    /// The limit that the call had.
    pub fuel: Option<u64>,
    /// What the module was refused in this call.
    pub refused: Option<Refused>,
}

impl Failure<'_> {
    /// One line: which function, why, and where it was.
    pub fn headline(&self) -> String {
        let mut text = format!("Function: {} failed: {}", self.function, self.reason());
        let Some(innermost) = self.frames().first() else { return text };
        let place = &places(innermost, self.function)[0];
        if place != self.function {
            text = format!("{text}, in {place}");
        }
        match self.refused {
            Some(refused) => format!("{text}; before that {refused}"),
            None => text,
        }
    }

    /// What it may mean, and the calls that led there. None when no code of the module's was running.
    pub fn details(&self, module: &str) -> Vec<String> {
        let frames = self.frames();
        if frames.is_empty() {
            return Vec::new();
        }
        // The outermost has the callback's name in any case.
        let inner = &frames[..frames.len() - 1];
        let nameless = inner.iter().any(|frame| frame.func_name().is_none());
        let note = if nameless { " (names are missing: was it built with strip?)" } else { "" };
        let mut lines =
            vec![format!("{}. Calls in {module}{note} that led there, innermost first:", self.meaning())];
        let places = frames.iter().enumerate().flat_map(|(number, frame)| {
            let outermost = number + 1 == frames.len();
            let mut places = places(frame, if outermost { self.function } else { "" });
            if let (Some(last), Some(offset)) = (places.last_mut(), frame.module_offset()) {
                *last = format!("{last}, at {offset:#x}");
            }
            places
        });
        // A recursion is one line, however deep.
        let places: Vec<String> = places.collect();
        let runs: Vec<&[String]> = places.chunk_by(|one, next| one == next).collect();
        for (number, run) in runs.iter().enumerate().take(FRAMES_MAX) {
            let times = if run.len() > 1 { format!(" ({} times)", run.len()) } else { String::new() };
            lines.push(format!("  {number}: {}{times}", run[0]));
        }
        if runs.len() > FRAMES_MAX || frames.len() == BACKTRACE_FRAMES_MAX {
            lines.push("  …".to_owned());
        }
        lines
    }

    fn reason(&self) -> String {
        if let (Some(Trap::OutOfFuel), Some(fuel)) = (self.error.downcast_ref(), self.fuel) {
            return format!("it used up its fuel of {fuel} for one call");
        }
        if let (Some(refused), []) = (self.refused, self.frames()) {
            return format!("{refused}: --memory allows more");
        }
        let cause = self.error.root_cause().to_string();
        // Where wasmtime knows the address of a bad access, it says so around the trap.
        let mut around = self.error.chain().map(ToString::to_string);
        match around.find(|text| text.starts_with("memory fault")) {
            Some(fault) => format!("{cause} ({fault})"),
            None => cause,
        }
    }

    /// What to look for.
    fn meaning(&self) -> &'static str {
        match self.error.downcast_ref() {
            Some(Trap::OutOfFuel) => "It loops for ever, or needs more: --fuel",
            Some(Trap::StackOverflow) => "It calls itself without an end, or needs a smaller stack",
            Some(Trap::UnreachableCodeReached) if self.refused.is_some() => "It ran out of memory: --memory",
            Some(Trap::UnreachableCodeReached) => "It panicked or aborted: what it logged before may say why",
            Some(_) => "Its code did what WebAssembly forbids",
            None => "The host ended the call",
        }
    }

    fn frames(&self) -> &[FrameInfo] {
        self.error.downcast_ref::<WasmBacktrace>().map_or(&[], WasmBacktrace::frames)
    }
}

/// `parse (src/lib.rs:12:5)`, from the debug information: a function, after those that the compiler put into it.
/// Without it one name, from the name section, else `fallback`, else the function's number.
fn places(frame: &FrameInfo, fallback: &str) -> Vec<String> {
    let named = |name: Option<&str>| match name.or_else(|| frame.func_name()) {
        Some(name) => printable(&format!("{:#}", rustc_demangle::demangle(name))),
        None if fallback.is_empty() => format!("function {}", frame.func_index()),
        None => fallback.to_owned(),
    };
    if frame.symbols().is_empty() {
        return vec![named(None)];
    }
    let place = |symbol: &FrameSymbol| {
        let name = named(symbol.name());
        let Some(file) = symbol.file() else { return name };
        // Compilers write 0 where they know of none.
        let known = |number: Option<u32>| number.filter(|number| *number > 0);
        let number = |number| known(number).map(|number| format!(":{number}")).unwrap_or_default();
        format!("{name} ({}{}{})", printable(file), number(symbol.line()), number(symbol.column()))
    };
    frame.symbols().iter().map(place).collect()
}

/// Names come from the module: nothing in them may steer a terminal, and there is an end to them.
pub(crate) fn printable(name: &str) -> String {
    let mut text: String =
        name.chars().take(NAME_CHARS_MAX).map(|c| if c.is_control() { '?' } else { c }).collect();
    if name.chars().nth(NAME_CHARS_MAX).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests;
