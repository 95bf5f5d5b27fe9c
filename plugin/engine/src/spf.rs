//! SPF (RFC 7208): whether the owner of a domain says that mail of the domain comes from an address.
//!
//! It is used the other way round here: whoever sends for a domain that is trusted needs no test. So only a pass means
//! something, and whatever else comes out (no record, a broken one, an answer that never came) is as if nobody had
//! asked. There is no sender yet when a client connects; RFC 7208 (section 2.4) knows that case, and the sender is
//! `postmaster` of the domain.
//!
//! [`SpfRecord`] is a record as it is written, [`check`] evaluates it over what is known, [`Cache`] is what is known,
//! and [`Outcome`] tells people how it came about. There is no I/O: what is not known comes out as questions.
//!
//! ```
//! use postscreen_engine::Instant;
//! use postscreen_engine::dns::{Answer, Kind, Record};
//! use postscreen_engine::spf::{Cache, Found, Progress, SpfResult, check};
//!
//! let client = "203.0.113.9".parse().unwrap();
//! let domain = "a.test".parse().unwrap();
//! let now = Instant::from_millis(0);
//!
//! let mut cache = Cache::default();
//! let Progress::Needs(questions) = check(client, &domain, &cache.at(now)) else { panic!("nothing is known") };
//! assert_eq!(questions[0].to_string(), "a.test TXT");
//!
//! let record = Record::Txt(b"v=spf1 ip4:203.0.113.0/24 -all".to_vec());
//! let answer = Answer { records: vec![record], exists: true, ttl: 300 };
//! cache.put(questions[0].clone(), Found::answered(Kind::Txt, &answer), now);
//!
//! let known = cache.at(now);
//! let Progress::Done(outcome) = check(client, &domain, &known) else { panic!("all is known") };
//! assert_eq!(outcome.result, SpfResult::Pass);
//! assert_eq!(outcome.explanation(), "a.test: ip4:203.0.113.0/24 matches");
//! assert!(known.due().is_empty(), "nothing is near its end");
//! ```
//!
//! The parser is our own. Libraries for it in Rust bring their own resolver and the rest of mail authentication, which
//! is too much for a module that Envoy loads, or a licence that this project cannot take.

mod cache;
mod check;
mod found;
mod macros;
mod outcome;
mod record;

pub use cache::{ANSWERS_MAX, At, BYTES_MAX, Cache, FAILURE_KEEP, STALE_MAX, TTL_MAX, TTL_MIN};
pub use check::{Known, MX_MAX, PTR_MAX, Progress, QUESTIONS_MAX, TERMS_MAX, VOID_MAX, check};
pub use found::{Found, NoRecord};
pub use macros::{DomainSpec, MacroError, Macros};
pub use outcome::{EXPLANATION_MAX, Outcome, SpfResult, Step, Turn, Why};
pub use record::{
    Directive, Lengths, Mechanism, Qualifier, RECORD_MAX, RecordError, RecordErrorKind, Redirect, SpfRecord,
};
