//! DNS block and allow lists: which to ask (`site`, `filter`), how (`message`), and what the answers are worth
//! (`tally`).

mod filter;
mod message;
mod name;
mod site;
mod tally;
mod zone;

pub use filter::Filter;
pub use message::{
    ADDRESSES_MAX, Answer, BadAnswer, MESSAGE_MAX, RECORDS_MAX, ReversedName, is_negative, reversed,
};
pub use name::{DOMAIN_MAX, DomainName, PublicName, check_hostname};
pub use site::Site;
pub use tally::{Heard, Score, Tally, Trouble};
pub use zone::{Entry, Zone, zones};
