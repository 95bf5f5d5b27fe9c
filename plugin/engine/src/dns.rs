//! Questions to DNS about any name, and what the answers say, in wire format.
//!
//! For whatever is not a DNS list: [`crate::dnsbl`] asks thousands of times for one kind of record, in fewer steps.
//! What an answer must be to count at all is the same for both.

mod answer;
mod name;
mod question;

pub use answer::{Answer, Record};
pub use name::{LABEL_MAX, NAME_MAX, Name, NameError};
pub use question::{Kind, Question};
