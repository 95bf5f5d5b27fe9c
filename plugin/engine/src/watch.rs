//! Are the lists well? Each is asked now and then about what every list has and what none may have (RFC 5782,
//! section 5), and one that fails is muted: worth nothing until it is well again.
//!
//! | canary | in DNS | must be |
//! | --- | --- | --- |
//! | 127.0.0.2 | `2.0.0.127.LIST` | listed |
//! | 127.0.0.1 | `1.0.0.127.LIST` | not listed |
//! | `::FFFF:7F00:2` | nibbles | listed, where the list knows IPv6 |
//! | `::FFFF:7F00:1` | nibbles | not listed |
//!
//! One worker asks for all of them: at start, then every ten minutes, and whenever a list has listed somebody and was
//! not looked at for a minute. So a list that begins to list the world is found out while its first client waits, and
//! within a minute where it was looked at just before: until its wait is over, nobody is refused over a list that is
//! being looked at. What was found is on a [`Board`] that all workers read, and read anew before they judge a client
//! that is on a list. Who asks does so because a client has come; no timer wakes anybody but the first time.

mod board;
mod canary;
mod health;

pub use board::{BOARD_LEN_MAX, Board, ENTRIES_MAX};
pub use canary::Canary;
pub use health::{EVERY_S, Finding, Health, RECHECK_S, TROUBLE_PAUSE_MAX_S, WORLD_PAUSE_MAX_S};

use crate::dnsbl::Zone;
use crate::io::DnsFailure;
use crate::policy::Policy;
use crate::questions::{Purpose, Question, Questions};
use crate::shared::{self, SharedData};
use crate::time::{Instant, Now};
use board::Change;
use canary::Check;
use health::Family;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long a canary may take to answer.
pub const CANARY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long after a worker's start the lists are asked, if no client comes before: a host that starts cannot ask yet.
pub const START_AFTER: Duration = Duration::from_secs(1);
/// How long a worker goes by what it has read of the board, in seconds.
pub const READ_EVERY_S: u64 = 10;
/// How long it does so where a client that is on a list is to be judged, in seconds: another worker may have found out
/// meanwhile that the list is not to be believed.
pub const READ_TO_JUDGE_S: u64 = 1;
/// The least time between two checks of a list that lists somebody, in seconds.
pub const SUSPECT_EVERY_S: u64 = 60;
/// For so long a check is the business of the worker that began it, in seconds.
const CLAIM_S: u64 = 60;

/// What one worker knows of the lists, and the checks that it makes.
#[derive(Debug, Default)]
pub struct Watch {
    board: Board,
    /// When the board was read, in Unix seconds.
    read_at: Option<u64>,
    /// By the number of the list.
    checks: BTreeMap<u64, Check>,
    /// When the lists are asked if no client comes.
    starts_at: Option<Instant>,
    has_begun: bool,
    /// The board was read since somebody last wanted to know which lists are muted.
    is_read_anew: bool,
}

/// Something to be told of a list.
#[derive(Debug)]
pub struct News {
    /// Under which policy.
    pub policy: Arc<Policy>,
    /// Which list of that policy.
    pub list: usize,
    /// Whether it is muted, for clients of either family.
    pub is_muted: bool,
    /// Whether it has begun or ended to be muted for those of one.
    pub has_changed: bool,
    /// For the log.
    pub lines: Vec<String>,
}

impl Watch {
    /// Whether the answers of a list about this client are worth something.
    pub fn counts(&self, policy: &Policy, list: usize, client: IpAddr) -> bool {
        if self.board.is_quiet() || !policy.dnsbl_watch_enable {
            return true;
        }
        policy.zones().get(list).is_some_and(|zone| !self.board.is_muted(zone.id(), Family::of(client)))
    }

    /// The lists of a policy that are muted, each time the board was read. They are told again and again, because a
    /// plugin that ends takes back what it has told of its lists.
    pub fn muted_lists_anew(&mut self, policy: &Policy) -> Vec<usize> {
        if std::mem::take(&mut self.is_read_anew) { self.muted_lists(policy) } else { Vec::new() }
    }

    /// The lists of a policy that are muted, for clients of either family.
    pub fn muted_lists(&self, policy: &Policy) -> Vec<usize> {
        let is_muted = |zone: &Zone| {
            [Family::V4, Family::V6].into_iter().any(|family| self.board.is_muted(zone.id(), family))
        };
        if self.board.is_quiet() || !policy.dnsbl_watch_enable {
            return Vec::new();
        }
        policy.zones().iter().enumerate().filter(|(_, zone)| is_muted(zone)).map(|(list, _)| list).collect()
    }

    /// Whether a list is being looked at, by whatever worker: nobody is refused over it before that is over.
    pub fn doubts(&self, policy: &Policy, list: usize) -> bool {
        let zone = policy.zones().get(list).filter(|_| policy.dnsbl_watch_enable);
        zone.is_some_and(|zone| self.board.is_under_way(zone.id()))
    }

    /// When [`Watch::check`] is due without a client.
    pub fn deadline(&self) -> Option<Instant> {
        self.starts_at
    }

    /// The lists are others from now on.
    pub fn begin_anew(&mut self) {
        self.has_begun = false;
    }

    /// The worker runs under this policy.
    pub fn begin(&mut self, policy: &Policy, now: Instant) {
        if !std::mem::replace(&mut self.has_begun, true) {
            let watches = policy.dnsbl_watch_enable && !policy.zones().is_empty();
            self.starts_at = watches.then(|| now.after(START_AFTER));
        }
    }

    /// Begins the checks that are due, and that no other worker has begun. `suspect` is a list that has just listed
    /// somebody.
    pub fn check<S: SharedData>(
        &mut self,
        shared: &S,
        policy: &Arc<Policy>,
        suspect: Option<usize>,
        questions: &mut Questions,
        now: Now,
    ) -> Vec<Question> {
        self.starts_at = None;
        if !policy.dnsbl_watch_enable {
            return Vec::new();
        }
        self.read(shared, READ_EVERY_S, now.unix);
        let is_due = |board: &Board, list: usize, zone: &Zone| match suspect {
            Some(suspect) => list == suspect && board.is_older(zone.id(), SUSPECT_EVERY_S, now.unix),
            None => board.is_due(zone.id(), now.unix),
        };
        let zones = || policy.zones().iter().enumerate();
        if !zones().any(|(list, zone)| is_due(&self.board, list, zone)) {
            return Vec::new();
        }
        let claim = |mut board: Board| {
            let due: Vec<usize> =
                zones().filter(|&(list, zone)| is_due(&board, list, zone)).map(|(list, _)| list).collect();
            for zone in due.iter().filter_map(|&list| policy.zones().get(list)) {
                board.claim(zone.id(), now.unix, CLAIM_S);
            }
            (board, due)
        };
        let claimed = shared::update(shared, board::KEY, |bytes| {
            let (board, due) = claim(Board::decode(bytes));
            ((!due.is_empty()).then(|| board.encode()), (board, due))
        });
        // A host that cannot share still has its lists watched, by each worker.
        let (board, due) = claimed.unwrap_or_else(|| claim(self.board.clone()));
        self.board = board;
        due.into_iter().flat_map(|list| self.ask(policy, list, questions)).collect()
    }

    /// Reads the board, unless that was done less than so many seconds ago.
    pub fn read<S: SharedData>(&mut self, shared: &S, every_s: u64, unix: u64) {
        let is_stale = self.read_at.is_none_or(|at| unix.abs_diff(at) >= every_s);
        if is_stale && let Ok(stored) = shared.fetch(board::KEY) {
            // Where nothing was ever stored, nobody knows more than this worker.
            self.board = stored.map_or_else(|| self.board.clone(), |(bytes, _)| Board::decode(&bytes));
            self.read_at = Some(unix);
            self.is_read_anew = true;
        }
    }

    fn ask(&mut self, policy: &Arc<Policy>, list: usize, questions: &mut Questions) -> Vec<Question> {
        let Some(zone) = policy.zones().get(list) else { return Vec::new() };
        let id = zone.id();
        self.checks.insert(id, Check::new(Arc::clone(policy), list));
        let ask = |canary: Canary| Some(questions.ask(Purpose::Canary(canary), canary.question(zone)?));
        Canary::all(id).into_iter().filter_map(ask).collect()
    }

    /// Takes the answer about a canary. What there is to tell, if it was the last one.
    pub fn hear<S: SharedData>(
        &mut self,
        canary: Canary,
        answer: Result<&[u8], DnsFailure>,
        shared: &S,
        now: Now,
    ) -> Option<News> {
        let check = self.checks.get_mut(&canary.list)?;
        check.hear(canary, answer);
        let conclusion = check.conclusion()?;
        let check = self.checks.remove(&canary.list)?;
        let (policy, list) = (check.policy, check.list);
        let conclude = |mut board: Board| {
            let changes = board.conclude(canary.list, &conclusion.findings(), now.unix);
            (board, changes)
        };
        let concluded = shared::update(shared, board::KEY, |bytes| {
            let (board, changes) = conclude(Board::decode(bytes));
            (Some(board.encode()), (board, changes))
        });
        let (board, changes) = concluded.unwrap_or_else(|| conclude(self.board.clone()));
        self.board = board;
        let name = policy.zones().get(list)?.public_name.as_str();
        // What holds for both families is said once.
        let same =
            |change: &Change| changes.first().is_some_and(|first| first != change && first.is_like(*change));
        let told = changes.iter().filter(|change| !same(change));
        let lines = told.filter_map(|&change| conclusion.line(name, change)).collect();
        let is_muted =
            [Family::V4, Family::V6].into_iter().any(|family| self.board.is_muted(canary.list, family));
        let has_changed = changes.iter().any(|change| change.before.is_muted() != change.after.is_muted());
        Some(News { policy, list, is_muted, has_changed, lines })
    }
}

#[cfg(test)]
mod tests;
