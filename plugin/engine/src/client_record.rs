//! The record of a client: one JSON object, written when it is decided about, for access logs and for those who look
//! for a mail (`record_enable`).
//!
//! It holds the facts that the verdict came of, not only the verdict, so that another policy can be tried on it later:
//! when what arrived, what each list said, what was known. A host that keeps it need not understand it.
//!
//! Nothing in it is raw: what a peer sent is escaped as in log lines, and everything has a limit, [`RECORD_MAX`] in
//! all.

mod lists;
mod mask;
mod notes;
mod reference;
mod said;
mod wanted;

pub(crate) use lists::{Asked, ListFacts, Outcome};
pub use lists::{ListRecord, ListWord};
pub(crate) use notes::{Ending, Notes};
pub use reference::{REFERENCE_LEN, Reference};
pub(crate) use said::Said;
pub use said::{PARTS_MAX, Part, SAID_MAX};
pub use wanted::{RECIPIENTS_MAX, WANTED_MAX, Wanted};

use crate::record::{Record, Test, TestSet};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// The format that is written. A field that is new does not change it; one that means something else does.
pub const VERSION: u32 = 1;
/// The longest record, in bytes.
pub const RECORD_MAX: usize = 160 << 10;
/// The most delays that are kept.
pub const LATE_MAX: usize = 16;
/// The longest reply that is kept, in characters.
pub const REPLY_KEPT_MAX: usize = 512;

/// One client. Times in milliseconds are counted from when it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_family = "wasm"), schemars(title = "postscreen for Envoy: record of a client"))]
pub struct ClientRecord {
    /// The format of the record, 1. Always the first field, so that a record is found in a line of any log.
    pub postscreen_record: u32,
    /// What stands in every refusal that the client got, to find its record by.
    pub reference: String,
    /// When it came, in Unix seconds.
    pub time: u64,
    /// After how many milliseconds it was decided about.
    pub milliseconds: u64,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<IpAddr>,
    /// Its port.
    pub client_port: u16,
    /// The address that it connected to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<IpAddr>,
    /// And the port.
    pub server_port: u16,
    /// The decision, in the words of metrics: `dnsbl`, `pass_new` and so on.
    pub verdict: String,
    /// Whether it was sent to the mail server.
    pub served: bool,
    /// The last refusal that it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// The version of the policy: another one as soon as a byte of the configuration is another one.
    pub policy: String,
    /// The version of the module.
    pub module: String,
    /// What the access list says, if anything: `permit` or `reject`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    /// The sessions that there were when it came.
    #[serde(default)]
    pub sessions: Sessions,
    /// Whether waits were the shorter ones.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stressed: bool,
    /// What was known of it.
    #[serde(default)]
    pub known: KnownFacts,
    /// The tests, those that are applied and those that saw something.
    #[serde(default)]
    pub tests: Vec<TestRecord>,
    /// The lists that were asked, in the order of `dnsbl_sites`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListRecord>,
    /// What the lists add up to, if that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<i32>,
    /// Whether a list that has it was being looked at, to see whether it is well: nothing was decided meanwhile.
    #[serde(default, skip_serializing_if = "is_default")]
    pub list_in_doubt: bool,
    /// Why the list that blocks it has it, where that was asked (`dnsbl_reason_enable`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonRecord>,
    /// The senders of which was looked whether they vouch for it (`allow_spf`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub senders: Vec<String>,
    /// Who vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<VoucherRecord>,
    /// The name that it gave in EHLO or HELO, the sender and the recipients, as far as they were seen.
    #[serde(default, skip_serializing_if = "is_default")]
    pub wanted: Wanted,
    /// What it said before it was served, in the pieces in which that came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Part>,
    /// Its FIN, and its end, if they came before the decision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// Where the host was late with what was due at a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<Late>,
}

/// Open sessions, this one included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Sessions {
    /// Of this client.
    pub of_client: u32,
    /// Of all clients.
    pub all: u32,
    /// Of those, sent to the mail server and not heard from it.
    pub in_transit: u32,
}

/// What was known of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct KnownFacts {
    /// From where.
    pub from: KnownFrom,
    /// When the pass of each test ends, in Unix seconds, in the order pregreet, dnsbl, pipelining, `non_smtp_command`,
    /// `bare_newline`; 0: never passed, 1: never passed, the test was disabled.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stamps: [u32; Test::COUNT],
    /// The lists that gave passes, as a number that stands for `dnsbl_sites`, weights and thresholds; 0: none did.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lists: u32,
    /// The tests that they spared the client: a bit for each, the lowest for pregreet.
    #[serde(default, skip_serializing_if = "is_default")]
    pub spared: u8,
}

/// Where what is known comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KnownFrom {
    /// It is a new client.
    #[default]
    Nothing,
    /// From earlier visits.
    EarlierVisits,
    /// From its other sessions, which are open.
    OpenSessions,
}

impl KnownFacts {
    /// The record that it was.
    pub const fn record(&self) -> Record {
        Record::from_stamps(self.stamps).given_by(self.lists, TestSet::from_bits(self.spared))
    }
}

/// How it went with one test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct TestRecord {
    /// Its name: `pregreet`, `dnsbl`, `pipelining`, `non_smtp_command` or `bare_newline`.
    pub test: String,
    /// What came of it.
    pub result: TestResult,
    /// Whether it is on trial (`trial_tests`): a failure is ignored, whatever the action.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_trial: bool,
    /// What the client did, as the log says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// What came of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TestResult {
    /// It was passed before, and that still counts.
    Known,
    /// Passed.
    Passed,
    /// Failed.
    Failed,
    /// Failed, which is ignored.
    Ignored,
    /// The session ended before.
    Open,
}

/// Who vouches for a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct VoucherRecord {
    /// The name in `allow_spf`.
    pub sender: String,
    /// When that was known.
    pub at: u64,
    /// How long its records say so, in seconds.
    pub ttl: u32,
}

/// What a list says about a client that it blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct ReasonRecord {
    /// When it was asked.
    pub asked_at: u64,
    /// When it had answered, if it did in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<u64>,
    /// What it said, if that is of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// How a client left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Left {
    /// When.
    pub at: u64,
    /// Whether it left before its turn.
    #[serde(default, skip_serializing_if = "is_default")]
    pub early: bool,
    /// Whether it only ended its half, and could still read.
    #[serde(default, skip_serializing_if = "is_default")]
    pub half: bool,
}

/// Something that was not done in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Late {
    /// When it was due.
    pub due: u64,
    /// When it was done.
    pub at: u64,
}

impl ClientRecord {
    /// The JSON Schema of records.
    #[cfg(not(target_family = "wasm"))]
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }

    /// One line of JSON, without a line end.
    pub fn to_json(&self) -> String {
        // Strings, numbers and addresses: nothing that JSON could not hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests;
