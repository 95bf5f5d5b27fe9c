//! DNS block and allow lists: which to ask (`site`, `filter`), how (`message`), and what the answers are worth
//! (`tally`).

mod filter;
pub(crate) mod message;
mod name;
mod site;
mod tally;

pub use filter::{Filter, FilterError, FilterErrorKind};
pub use message::{
    ADDRESSES_MAX, BadAnswer, MESSAGE_MAX, ParsedAnswer, RECORDS_MAX, ReversedName, is_negative, reversed,
};
pub use name::{DOMAIN_MAX, DomainName, DomainNameError, HostnameError, PublicName, check_hostname};
pub use site::{Site, SiteError, SiteErrorKind};
pub use site::{Zone, ZoneEntry, zones};
pub use tally::{Heard, Rank, Score, Tally, Trouble};
