//! What stands around a session.

use crate::client_record::{ListFacts, Reference};
use crate::dnsbl::{Score, Trial};
use crate::io::Output;
use crate::line::Line;
use crate::metric::Counter;
use crate::record::{Record, Test, TestSet};
use crate::registry::{Known, Settled, Settlement};
use crate::senders::Voucher;
use crate::time::Now;
use std::net::{IpAddr, SocketAddr};

/// What a session knows only through its worker, and what it wants done.
pub(crate) trait Surroundings {
    /// The time of the input.
    fn now(&self) -> Now;
    /// Whether the host can send a teaser.
    fn teases(&self) -> bool;
    /// Wants this done.
    fn emit(&mut self, output: Output);
    /// It is known now who the client is; nothing was logged or counted before.
    fn meets(&mut self, client: IpAddr);
    /// Logs that a connection has no PROXY header, unless another had none just now.
    fn miss_header(&mut self, line: Line);
    /// Counts the client, once.
    fn count(&mut self, counter: Counter);
    /// Counts the session among those that are open.
    fn register(&mut self, client: IpAddr) -> Registration;
    /// Lets the client's other open sessions know of stamps that have changed.
    fn share(&mut self, record: Record, tests: TestSet);
    /// Leaves behind what the tests have come to.
    fn settle(&mut self, settlement: Settlement) -> Settled;
    /// Has the lists asked about the client; whether they have decided already.
    fn ask_lists(&mut self, client: IpAddr) -> bool;
    /// What those lists that have answered, and that are well as far as any worker knows, add up to.
    fn score(&mut self, client: IpAddr) -> Score;
    /// What lists on trial would have changed by what they have said so far, if anything.
    fn trial(&mut self) -> Option<Trial>;
    /// Counts that the client has failed a test on trial, and would have been refused.
    fn count_trial(&mut self, test: Test);
    /// Looks whether a sender vouches for the client; whoever does so later is told.
    fn ask_senders(&mut self, client: IpAddr) -> Option<Voucher>;
    /// Whether the lists may still come to block the client.
    fn lists_can_block(&self, client: IpAddr) -> bool;
    /// Has a list asked why it lists the client; whether the answer is to be waited for.
    fn ask_reason(&mut self, client: IpAddr, list: usize) -> bool;
    /// What the list has said, for the client to read.
    fn reason(&self, client: IpAddr, list: usize) -> Option<String>;
    /// Whether a list that has the client is being looked at, so that it may turn out to be worth nothing.
    fn lists_are_in_doubt(&mut self, client: IpAddr) -> bool;
    /// Whether nothing that the lists may still say is waited for.
    fn lists_decide(&self, client: IpAddr) -> bool;
    /// What the lists had to do with the client.
    fn list_facts(&self, client: IpAddr) -> Vec<ListFacts>;
    /// A name for the client's record.
    fn reference(&self, client: SocketAddr) -> Reference;
}

/// What a session finds that is registered: the sessions that are open in all workers of the host, and the client's
/// record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Registration {
    /// Sessions of this client's address, this one included.
    pub of_client: u32,
    /// What is known of the client.
    pub known: Known,
    /// Sessions of all clients, this one included.
    pub sessions: u32,
    /// Those of them that were sent to the mail server and have not heard from it.
    pub in_transit: u32,
    /// Whether waits are the shorter ones.
    pub stressed: bool,
}
