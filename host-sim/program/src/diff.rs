//! `host-sim diff`: what changed between two configurations, in words.
//!
//! The engine compares them and has the words; here is what people and programs see of it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use miette::{Report, miette};
use postscreen_engine::difference::{Difference, Topic, differences};
use serde_json::{Value, json};

use crate::io;
use crate::policy_file::{self, PolicyFile};

/// There are differences; `diff` uses the same.
const DIFFERENT: u8 = 1;
/// Of a command line, or a file that it names, which makes no sense; clap and `diff` use the same.
const TROUBLE: u8 = 2;

/// The widest line of text, in columns; a word that is longer is not cut.
const WIDTH: usize = 100;

/// `host-sim diff`
#[derive(Args, Debug)]
#[command(after_long_help = HELP)]
pub struct DiffArgs {
    /// The configuration that was (JSON); `-` reads standard input
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The configuration that is to be (JSON); `-` reads standard input
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const HELP: &str = "\
Examples:
  host-sim diff policy.json new.json
      Before you load it: who will be refused that is served today, who waits longer, whose passes are void?
  git show HEAD:policy.json | host-sim diff - policy.json
      What you have changed since the last commit.
  host-sim import /etc/postfix/main.cf | host-sim diff policy.json -
      What a Postfix has that you do not have, and the other way round.
  echo '{}' | host-sim diff - policy.json
      Where a configuration differs from the defaults.

Only what has an effect is a difference: a default that is written out, another spelling of the same value, and the
order of a set are none. Where a change waits for another one, as the action of a test that is off, the words say so.
Lists have the names that clients see, so no key is shown. Of long lists the first 20 entries are named.

Exit status: 0 when there is no difference, 1 when there are some, 2 for a configuration that is not valid or cannot be
read (all problems are on standard error, as host-sim check tells them) and for a wrong command line.

JSON, one object:
  old, new                    the names of the files
  differences[]               in the order of the text:
    topic                     served, waits, asked, told, limits, memory or host
    field                     its name in the configuration, such as greet_wait or cache.buckets
    was, is                   its values in short
    meaning[]                 sentences; words for people, which may be others in a later version";

/// Compares, or says what is wrong with the configurations.
pub fn main(args: &DiffArgs) -> ExitCode {
    let (old, new) = match both(&args.old, &args.new) {
        Ok(both) => both,
        Err(problems) => {
            for problem in problems {
                io::complain(&format!("{problem:?}"));
            }
            return ExitCode::from(TROUBLE);
        }
    };
    let compared =
        Compared { old: &old.name, new: &new.name, differences: differences(&old.policy, &new.policy) };
    let shown = if args.json { format!("{:#}\n", compared.json()) } else { compared.text() };
    if io::print(&shown) != ExitCode::SUCCESS {
        ExitCode::from(TROUBLE)
    } else if compared.differences.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DIFFERENT)
    }
}

/// Both policies, or the problems of both.
fn both(old: &Path, new: &Path) -> Result<(PolicyFile, PolicyFile), Vec<Report>> {
    if [old, new] == [Path::new("-"); 2] {
        return Err(vec![miette!(
            "standard input can be one of the two only: write a file in place of one `-`"
        )]);
    }
    match (policy_file::read(old), policy_file::read(new)) {
        (Ok(old), Ok(new)) => Ok((old, new)),
        (old, new) => Err([old.err(), new.err()].into_iter().flatten().flatten().collect()),
    }
}

/// What came out, for those who print it.
struct Compared<'a> {
    old: &'a str,
    new: &'a str,
    differences: Vec<Difference>,
}

impl Compared<'_> {
    /// A paragraph for each topic that has differences.
    fn text(&self) -> String {
        let Self { old, new, .. } = self;
        let number = match self.differences.len() {
            0 => "no difference".to_owned(),
            1 => "1 difference".to_owned(),
            more => format!("{more} differences"),
        };
        let topics = Topic::ALL.into_iter().filter_map(|topic| self.topic(topic));
        [format!("{old} -> {new}: {number}\n")].into_iter().chain(topics).collect::<Vec<_>>().join("\n")
    }

    fn topic(&self, topic: Topic) -> Option<String> {
        let of_topic = self.differences.iter().filter(|difference| difference.topic == topic);
        let shown: String = of_topic.map(difference).collect();
        (!shown.is_empty()).then(|| format!("{topic}\n{shown}"))
    }

    fn json(&self) -> Value {
        let difference = |difference: &Difference| {
            json!({
                "topic": difference.topic.as_str(),
                "field": difference.field,
                "was": difference.old,
                "is": difference.new,
                "meaning": difference.meaning,
            })
        };
        let differences: Vec<_> = self.differences.iter().map(difference).collect();
        json!({ "old": self.old, "new": self.new, "differences": differences })
    }
}

/// The field with its values, and below it what that means.
fn difference(difference: &Difference) -> String {
    let Difference { field, old, new, meaning, .. } = difference;
    // A list whose number of entries is the same.
    let values = if old == new { new.clone() } else { format!("{old} -> {new}") };
    let headline = wrapped(&format!("{field}: {values}"), "  ", "      ");
    let sentences = meaning.iter().map(|sentence| wrapped(sentence, "    ", "      "));
    [headline].into_iter().chain(sentences).map(|line| line + "\n").collect()
}

fn wrapped(text: &str, first: &str, others: &str) -> String {
    let options = textwrap::Options::new(WIDTH).initial_indent(first).subsequent_indent(others);
    // Values are to be found again: they are broken at blanks only.
    let options = options
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}

#[cfg(test)]
mod tests;
