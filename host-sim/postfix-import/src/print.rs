//! The configuration as people write it.

use std::io::{self, Write};

use postscreen_engine::Policy;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// The fields of a policy that differ from the defaults, in the order of the policy, each entry of a list on a line.
pub fn differences(policy: &Policy) -> String {
    let (written, default) = (written(policy), written(&Policy::default()));
    let (fields, defaults) = (fields(&written), fields(&default));
    let differing: Vec<_> = fields.into_iter().filter(|field| !defaults.contains(field)).collect();
    match differing.as_slice() {
        [] => "{}\n".to_owned(),
        fields => format!("{{\n{}\n}}\n", fields.join(",\n")),
    }
}

fn written(policy: &Policy) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Layout::default());
    // Writing to memory does not fail, and a policy has no keys that are not strings.
    let written = policy.serialize(&mut serializer).is_ok();
    debug_assert!(written);
    String::from_utf8(bytes).unwrap_or_default()
}

/// The texts of the fields of the whole object. A field begins with the only quotation marks at its depth.
fn fields(object: &str) -> Vec<&str> {
    let inside = object.trim_start_matches('{').trim_end_matches('}').trim_matches('\n');
    let starts = inside.match_indices("\n  \"").map(|(at, _)| at);
    let bounds: Vec<_> = std::iter::once(0).chain(starts).chain([inside.len()]).collect();
    bounds.windows(2).map(|ends| inside[ends[0]..ends[1]].trim_matches(['\n', ','])).collect()
}

/// Down to this depth each member has a line of its own.
const LINES_DEPTH_MAX: usize = 2;

/// Like JSON that is written by hand: `{"cidr": "192.0.2.0/24", "action": "permit"}` stands on one line.
#[derive(Default)]
struct Layout {
    depth: usize,
    empty: bool,
}

impl Layout {
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &str) -> io::Result<()> {
        self.depth += 1;
        self.empty = true;
        writer.write_all(bracket.as_bytes())
    }

    fn member<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.empty = false;
        let comma = if first { "" } else { "," };
        match self.depth {
            depth @ ..=LINES_DEPTH_MAX => write!(writer, "{comma}\n{}", "  ".repeat(depth)),
            _ if first => Ok(()),
            _ => writer.write_all(b", "),
        }
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &str) -> io::Result<()> {
        self.depth -= 1;
        if self.depth < LINES_DEPTH_MAX && !self.empty {
            write!(writer, "\n{}", "  ".repeat(self.depth))?;
        }
        self.empty = false;
        writer.write_all(bracket.as_bytes())
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, "[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, "]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.member(writer, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, "{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, "}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.member(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

#[cfg(test)]
mod tests;
