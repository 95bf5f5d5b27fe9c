//! `probes.wasm`: asks its host everything that a network filter can ask, and logs every answer.
//!
//! It speaks the raw ABI, without an SDK, so that no status is hidden, and nothing panics that should be seen. The
//! virtual machine's configuration names the probe to run. Each call of a host function becomes one log line,
//! `proxy_set_buffer_bytes(downstream, 0, 4, "abc") = BadArgument`, each callback one that begins with `>`. The suite
//! in `tests/conformance` plays every probe in host-sim and in Envoy, and compares the lines.
//!
//! | module | job |
//! | --- | --- |
//! | `abi` | the host functions as they are imported |
//! | `call` | each of them once: called, and its answer logged |
//! | `words` | numbers and bytes as words |
//! | `probe` | what a probe may do, and the exports that let it |
//! | `probes` | the probes |

mod abi;
mod call;
mod probe;
mod probes;
mod words;
