//! docs/abi-coverage.md: which functions the probes call in host-sim, what they are answered, and whether Envoy agrees.
//!
//! Counted while the probes are played, never by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use envoy_sim::trace::{Call, Direction, End, Observer};
use envoy_sim::{AbiFunction, abi_functions};

/// The callbacks that Envoy makes of a network filter.
const CALLBACKS: [&str; 19] = [
    "proxy_on_context_create",
    "proxy_on_vm_start",
    "proxy_on_configure",
    "proxy_on_new_connection",
    "proxy_on_downstream_data",
    "proxy_on_upstream_data",
    "proxy_on_downstream_connection_close",
    "proxy_on_upstream_connection_close",
    "proxy_on_tick",
    "proxy_on_queue_ready",
    "proxy_on_http_call_response",
    "proxy_on_grpc_receive_initial_metadata",
    "proxy_on_grpc_receive",
    "proxy_on_grpc_receive_trailing_metadata",
    "proxy_on_grpc_close",
    "envoy_on_resolve_dns",
    "proxy_on_done",
    "proxy_on_log",
    "proxy_on_delete",
];

const INTRODUCTION: &str = "\
# What of the ABI is tested

Every function that a module can import from host-sim, and every callback. The probes of `tests/conformance` call each
of them in host-sim and in Envoy 1.40 with the same arguments, and compare what both answer, log and send. This table is
written by `UPDATE=1 cargo xtask conformance` from the calls that host-sim has seen; the suite fails when it is out of
date, when a function of the table is called by no probe, and when a probe differs.

Every function is also called where `allowed_capabilities` leaves it out: it answers `InternalFailure`, one of WASI
errno 76. No list forbids `envoy_resolve_dns` and the two functions of Emscripten's runtime.

";

const LEFT_OUT: &str = "
## What is not compared

- Expressions (`expr_create`) in which host-sim does otherwise. It refuses messages that are made
  (`google.protobuf.Duration{seconds: 1}`), numbers such as `1e400`, and times after the year 9999; it has the macro
  `existsOne` and the types `timestamp` and `duration`. `has` is true for a message's field with its default value, and
  `message['field']` is the field. `{} == source` is false, `source == {}` true. `string` writes large numbers as
  `100000000`, not `1e+08`, and spans of time as `1.5s`, not `1.500s`; `getMilliseconds` of a span counts all of it.
  Maps are in the order of their keys, which in Envoy changes from run to run. One root context has at most 1024
  expressions of 16 KiB each; in Envoy there is no limit to their number, and a larger one to their length. How long
  one takes, and how large its result gets, has no limit in either: fuel and memory limits are the module's.
- `xds.node` as a whole: host-sim has `id`, `cluster` and `user_agent_name`, Envoy also its version and all of its
  extensions.
- How long it took to connect, and from which port: `upstream.cx_pool_ready_duration` and `upstream.local_address` are
  compared by their length. After a connection that failed, only Envoy has the server's address, a
  `transport_failure_reason` and `response.flags`. The host's own echo has an address in Envoy only.
- When `envoy_resolve_dns` calls back: Envoy 1.40 does so inside the call where it knows the answer, host-sim always
  afterwards, because a module that is entered twice may trap.
- gRPC calls that bring Envoy down: with nothing for all arguments it crashes, and to a cluster without a server it
  calls the module inside `proxy_grpc_stream`.
- The bytes of `compress` (their meaning is compared) and of ECDSA signatures, which differ from one call to the next.
";

/// What one play has called.
#[derive(Debug, Default)]
pub(crate) struct ProbeCalls {
    functions: BTreeMap<String, BTreeSet<String>>,
    callbacks: BTreeSet<String>,
}

impl Observer for ProbeCalls {
    fn begins(&mut self, call: &Call) -> Option<String> {
        match call.direction {
            Direction::HostFunction => drop(self.functions.entry(call.function.clone()).or_default()),
            Direction::Callback => drop(self.callbacks.insert(call.function.clone())),
        }
        None
    }

    fn ends(&mut self, call: &Call, end: &End) {
        if call.direction == Direction::HostFunction
            && let Some(answers) = self.functions.get_mut(&call.function)
        {
            answers.insert(if end.trapped { "trap".to_owned() } else { end.result.clone() });
        }
    }
}

/// What all plays have called.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    functions: BTreeMap<String, SeenCall>,
    callbacks: BTreeMap<String, SeenCall>,
}

#[derive(Debug, Default)]
struct SeenCall {
    answers: BTreeSet<String>,
    probes: BTreeSet<String>,
    differ: BTreeSet<String>,
}

// === impl Coverage ===

impl Coverage {
    /// Notes what a probe has called, and whether both hosts showed the same.
    pub(crate) fn add(&mut self, probe: &str, calls: &ProbeCalls, agrees: bool) {
        let note = |seen: &mut SeenCall| {
            seen.probes.insert(probe.to_owned());
            if agrees {
                seen.differ.remove(probe);
            } else {
                seen.differ.insert(probe.to_owned());
            }
        };
        for (name, answers) in &calls.functions {
            let seen = self.functions.entry(name.clone()).or_default();
            seen.answers.extend(answers.iter().cloned());
            note(seen);
        }
        for name in &calls.callbacks {
            note(self.callbacks.entry(name.clone()).or_default());
        }
    }

    /// Checks that the table is complete and the document up to date, or writes the document.
    pub(crate) fn check(&self, document: &Path) -> Result<()> {
        let functions = abi_functions();
        let missing: Vec<_> = functions
            .iter()
            .map(|function| function.name)
            .filter(|name| !self.functions.contains_key(*name))
            .chain(CALLBACKS.into_iter().filter(|name| !self.callbacks.contains_key(*name)))
            .collect();
        ensure!(missing.is_empty(), "no probe of host-sim has seen {}", missing.join(", "));
        let text = self.text(&functions);
        if std::env::var_os("UPDATE").is_some() {
            return fs::write(document, text).with_context(|| format!("cannot write {}", document.display()));
        }
        let found = fs::read_to_string(document).unwrap_or_default();
        ensure!(found == text, "{} is out of date: run the suite again with UPDATE=1", document.display());
        Ok(())
    }

    fn text(&self, functions: &[AbiFunction]) -> String {
        let mut text = INTRODUCTION.to_owned();
        text.push_str("| function | since | answers seen | probes in host-sim | compared with Envoy |\n");
        text.push_str("| --- | --- | --- | --- | --- |\n");
        for function in functions {
            let Some(seen) = self.functions.get(function.name) else { continue };
            let since = match (function.versions.first(), function.since_envoy) {
                (_, Some(minor)) => format!("Envoy 1.{minor}"),
                (Some(version), None) => format!("ABI {version}"),
                (None, None) => "-".to_owned(),
            };
            let answers = seen.answers.iter().filter(|answer| !answer.is_empty());
            let answers = answers.map(String::as_str).collect::<Vec<_>>().join(", ");
            let answers = if answers.is_empty() { "nothing".to_owned() } else { answers };
            let _ = writeln!(text, "| `{}` | {since} | {answers} | {}", function.name, seen.columns());
        }
        text.push_str("\n| callback | probes in host-sim | compared with Envoy |\n| --- | --- | --- |\n");
        for name in CALLBACKS {
            let Some(seen) = self.callbacks.get(name) else { continue };
            let _ = writeln!(text, "| `{name}` | {}", seen.columns());
        }
        text.push_str(LEFT_OUT);
        text
    }
}

// === impl SeenCall ===

impl SeenCall {
    /// The last two columns: how many probes, and whether all of them agree.
    fn columns(&self) -> String {
        let compared = if self.differ.is_empty() {
            "agrees".to_owned()
        } else {
            let differ = self.differ.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            format!("differs in {differ}")
        };
        format!("{} | {compared} |", self.probes.len())
    }
}
