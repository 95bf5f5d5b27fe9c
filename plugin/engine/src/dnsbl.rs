//! DNS block and allow lists: which to ask (`site`, `filter`), how (`message`), what the answers are worth (`tally`),
//! what those of lists on trial would be worth (`trial`), and what is known of lists by name (`error_replies`,
//! `query_keys`).

mod error_replies;
mod filter;
pub(crate) mod message;
mod name;
mod query_keys;
mod site;
mod tally;
mod trial;

#[cfg(not(target_family = "wasm"))]
pub(crate) use error_replies::{ErrorReplies, known_errors};
pub use error_replies::{ErrorReply, ErrorReplyError, ErrorRule, KNOWN_ERROR_REPLIES, KnownErrorReply};
pub use filter::{Filter, FilterError, FilterErrorKind};
pub use message::{
    ADDRESSES_MAX, BadAnswer, MESSAGE_MAX, ParsedAnswer, RECORDS_MAX, ReversedName, is_negative, reversed,
};
pub use name::{DOMAIN_MAX, DomainName, DomainNameError, HostnameError, PublicName, check_hostname};
pub use query_keys::without_key;
pub use site::{Site, SiteError, SiteErrorKind};
pub use site::{Zone, ZoneEntry, zones};
pub use tally::{Heard, Rank, Score, Tally, Trouble};
pub use trial::{Trial, TrialEffect};
