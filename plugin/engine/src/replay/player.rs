//! The client of a record, played to a session.

use super::around::Around;
use super::{Doubt, Replayed, recorded_verdict};
use crate::client_record::{ClientRecord, Late, ListRecord, ListWord, Part};
use crate::dns::Name;
use crate::io::{Destination, Endpoints};
use crate::line::unescape;
use crate::policy::{Policy, SenderDomain};
use crate::senders::Voucher;
use crate::session::{EARLY_MAX, Session};
use crate::time::Instant;
use crate::verdict::Verdict;
use std::collections::{BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// What a client says that was not seen: one mail, as far as the dummy SMTP server lets it come.
const POLITE: [&[u8]; 4] = [
    b"EHLO client.example\r\n",
    b"MAIL FROM:<sender@client.example>\r\n",
    b"RCPT TO:<postmaster>\r\n",
    b"QUIT\r\n",
];
/// What stands for a byte that was said and is not in the record.
const UNKNOWN: u8 = b'x';

/// One client, and how far it has come.
pub(super) struct Player<'a> {
    record: &'a ClientRecord,
    policy: Arc<Policy>,
    around: Around<'a>,
    session: Session,
    /// What the client does, by its time.
    acts: VecDeque<(Instant, Act<'a>)>,
    /// A byte that was said is not in the record.
    unknown_said: bool,
    /// It was played longer than it was seen.
    unseen: bool,
}

/// What a client does, or somebody about it.
enum Act<'a> {
    Says(&'a Part),
    Leaves { early: bool, half: bool },
    IsVouchedFor(Voucher),
}

/// What comes next.
enum Next {
    Act,
    Answer,
    Reason,
    Hurry,
    Deadline,
    /// What the client did next was not seen.
    Nothing,
}

impl<'a> Player<'a> {
    pub fn new(policy: &Arc<Policy>, record: &'a ClientRecord, client: IpAddr) -> Self {
        let server = record.server.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let endpoints = Endpoints {
            client: SocketAddr::new(client, record.client_port),
            server: SocketAddr::new(server, record.server_port),
        };
        Self {
            record,
            policy: Arc::clone(policy),
            around: Around::new(policy, record, client),
            session: Session::new(Arc::clone(policy), endpoints),
            acts: acts(policy, record),
            unknown_said: false,
            unseen: false,
        }
    }

    pub fn play(mut self) -> Replayed {
        self.session.introduced(&mut self.around);
        while !self.is_decided() {
            // What it said then is not known, so nothing is known of what came of it.
            if self.unknown_said && self.session.is_talking() {
                return self.ended_as_it_did();
            }
            self.step();
        }
        self.tell(None)
    }

    fn is_decided(&self) -> bool {
        self.around.dialled == Some(Destination::Backend) || self.session.is_over()
    }

    fn step(&mut self) {
        match self.next() {
            (at, Next::Act) => {
                self.around.set_time(at);
                if let Some((_, act)) = self.acts.pop_front() {
                    self.act(act);
                }
            }
            (at, Next::Answer) => {
                self.around.set_time(at);
                let decides = self.around.hear();
                let now = self.around.now;
                if decides {
                    self.session.lists_have_decided(now);
                }
                self.session.list_has_answered(now);
            }
            (at, Next::Reason) => {
                self.around.set_time(at);
                self.around.reason_at = None;
                self.session.reason_is_known(self.around.now);
            }
            (at, Next::Hurry) => {
                self.around.set_time(at);
                self.around.hurry();
            }
            (at, Next::Deadline) => {
                self.around.set_time(at);
                self.session.time_passed(&mut self.around);
            }
            (_, Next::Nothing) => self.be_polite(),
        }
    }

    /// Whatever comes next.
    fn next(&self) -> (Instant, Next) {
        let greets = self.session.needs_lists();
        let end = Instant::from_millis(self.record.milliseconds);
        let due = [
            self.session.deadline().map(|at| (self.done_at(at), Next::Deadline)),
            self.around.hurry_at().filter(|_| greets).map(|at| (at, Next::Hurry)),
        ];
        let due = due.into_iter().flatten().min_by_key(|&(at, _)| at);
        let due_at = due.as_ref().map(|&(at, _)| at);
        // Of what comes in the same millisecond, what was seen in this phase was seen first.
        // What was said behind the greeting is said behind it, if that comes later now.
        let act = self.acts.front().map(|(at, act)| (*at, act.is_of(greets)));
        let act = act.filter(|&(_, fits)| fits || !greets);
        let act = act.filter(|&(at, fits)| due_at.is_none_or(|due| at < due || (fits && at == due)));
        let in_time = |&at: &Instant| due_at.is_none_or(|due| at <= due);
        let seen = [
            act.map(|(at, _)| (at, Next::Act)),
            self.around.next_answer().filter(|_| greets).filter(in_time).map(|at| (at, Next::Answer)),
            self.around.reason_at.filter(in_time).map(|at| (at, Next::Reason)),
        ];
        if let Some(next) = seen.into_iter().flatten().min_by_key(|&(at, _)| at) {
            return next;
        }
        match due {
            // In a dialogue, somebody who was not seen to be silent goes on.
            Some((at, _)) if !greets && at > end => (end, Next::Nothing),
            Some(due) => due,
            None => (end, Next::Nothing),
        }
    }

    /// The host may have been late with what was due, and then it was late with all that was due meanwhile.
    fn done_at(&self, due: Instant) -> Instant {
        let was_late = |late: &&Late| (late.due..late.at).contains(&due.as_millis());
        self.record.late.iter().find(was_late).map_or(due, |late| Instant::from_millis(late.at))
    }

    fn act(&mut self, act: Act<'_>) {
        let now = self.around.now;
        match act {
            Act::Says(part) => {
                let mut bytes = unescape(&part.text);
                if part.more > 0 {
                    self.unknown_said = true;
                    let more = usize::try_from(part.more).unwrap_or(usize::MAX);
                    bytes.resize(bytes.len().saturating_add(more.min(EARLY_MAX + 1)), UNKNOWN);
                    if self.session.is_talking() {
                        return;
                    }
                }
                self.session.client_talked(&bytes, &mut self.around);
            }
            Act::Leaves { half: true, .. } => self.session.client_ended(&mut self.around),
            Act::Leaves { half: false, .. } => self.session.client_left(&mut self.around),
            Act::IsVouchedFor(voucher) => self.session.is_vouched_for(voucher, now),
        }
    }

    /// Nobody saw what it did then.
    fn be_polite(&mut self) {
        self.unseen = true;
        for line in POLITE {
            if !self.is_decided() {
                self.session.client_talked(line, &mut self.around);
            }
        }
        if !self.is_decided() {
            self.session.client_left(&mut self.around);
        }
    }

    /// The dialogue ended as it did, as far as that can be under this policy.
    fn ended_as_it_did(self) -> Replayed {
        let recorded = recorded_verdict(self.record);
        let broken = [Verdict::Pipelining, Verdict::NonSmtpCommand, Verdict::BareNewline];
        let ends = [
            Verdict::CommandCountLimit,
            Verdict::CommandLengthLimit,
            Verdict::CommandTimeLimit,
            Verdict::Deferred,
            Verdict::Hangup,
        ];
        let verdict = match (recorded, self.session.refused_for()) {
            (Some(recorded), _) if broken.contains(&recorded) => recorded,
            (_, Some(refused)) => refused,
            (Some(recorded), None) if ends.contains(&recorded) => recorded,
            _ => Verdict::Deferred,
        };
        self.tell(Some(verdict))
    }

    /// `ending`: the verdict of a dialogue that cannot be played.
    fn tell(self, ending: Option<Verdict>) -> Replayed {
        let (verdict, at) = match ending {
            Some(verdict) => (verdict, Instant::from_millis(self.record.milliseconds)),
            None => self.around.verdict.unwrap_or((Verdict::Hangup, self.around.now.instant)),
        };
        let score = self.around.score;
        let heaviest = score.and_then(|score| score.heaviest_zone).filter(|_| verdict == Verdict::Dnsbl);
        let blamed = heaviest.and_then(|list| self.policy.zones().get(list));
        Replayed {
            verdict,
            served: ending.is_none() && self.around.dialled == Some(Destination::Backend),
            milliseconds: at.as_millis(),
            score: score.map(|score| score.total),
            blamed: blamed.map(|zone| zone.public_name.to_string()),
            reply: self.around.reply.clone().filter(|_| self.around.dialled != Some(Destination::Backend)),
            doubts: self.doubts(verdict, at, ending.is_some()),
        }
    }

    fn doubts(&self, verdict: Verdict, at: Instant, is_cut: bool) -> Vec<Doubt> {
        let longer = at > Instant::from_millis(self.record.milliseconds);
        let mut doubts = Vec::new();
        if is_cut {
            doubts.push(Doubt::SaidMore);
        }
        let has_left = self.record.left.iter().any(|left| !left.half);
        if (longer && !has_left) || (self.unseen && verdict == Verdict::Deferred) {
            doubts.push(Doubt::NotSeen);
        }
        let zones = self.policy.zones().iter().enumerate().filter(|(_, zone)| !zone.on_trial);
        let lists: Vec<_> = zones.map(|(index, zone)| (index, zone, self.around.list(zone))).collect();
        let is_pending = |(_, _, list): &&(usize, _, Option<&ListRecord>)| {
            longer && list.is_some_and(|list| list.answer == ListWord::Pending)
        };
        let pending: BTreeSet<_> = lists.iter().filter(is_pending).map(|&(index, ..)| index).collect();
        let unknown: BTreeSet<_> = self.around.guessed.union(&pending).copied().collect();
        let matters = self.around.matters(&unknown);
        for (index, zone, list) in lists {
            let name = || zone.public_name.to_string();
            if matters && self.around.guessed.contains(&index) {
                doubts.push(Doubt::NotAsked(name()));
            } else if matters && pending.contains(&index) {
                doubts.push(Doubt::NotAnswered(name()));
            }
            let in_doubt = |list: &ListRecord| list.answer == ListWord::Listed && self.record.list_in_doubt;
            if list.is_some_and(|list| list.muted || in_doubt(list)) {
                doubts.push(Doubt::Watched(name()));
            }
        }
        let is_new = |sender: &SenderDomain| !self.record.senders.contains(&sender.to_string());
        if self.around.asked_senders && self.policy.allow_spf.iter().any(is_new) {
            doubts.push(Doubt::Sender);
        }
        doubts
    }
}

impl Act<'_> {
    /// Whether it was seen in this phase: before the greeting, or behind it.
    fn is_of(&self, greets: bool) -> bool {
        match self {
            Self::Says(part) => part.early == greets,
            Self::Leaves { early, .. } => *early == greets,
            Self::IsVouchedFor(_) => greets,
        }
    }
}

/// What the client does, in order.
fn acts<'a>(policy: &Policy, record: &'a ClientRecord) -> VecDeque<(Instant, Act<'a>)> {
    let says = record.said.iter().map(|part| (part.at, Act::Says(part)));
    let leaves = record.left.iter().map(|left| {
        let (early, half) = (left.early, left.half);
        (left.at, Act::Leaves { early, half })
    });
    let voucher = record.voucher.as_ref().and_then(|voucher| {
        let is_it = |sender: &&SenderDomain| sender.to_string() == voucher.sender;
        policy.allow_spf.iter().find(is_it)?;
        let sender: Name = voucher.sender.parse().ok()?;
        Some((voucher.at, Act::IsVouchedFor(Voucher { sender, ttl: voucher.ttl })))
    });
    let mut acts: Vec<_> = says.chain(leaves).chain(voucher).collect();
    acts.sort_by_key(|&(at, _)| at);
    acts.into_iter().map(|(at, act)| (Instant::from_millis(at), act)).collect()
}
