//! Who fares otherwise.

use super::{Ending, FATES_MAX, Fate, entry};
use crate::words;
use postscreen_engine::client_record::ClientRecord;
use postscreen_engine::replay::Replayed;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// How many clients of a group are kept to be shown, the first ones.
pub const CLIENTS_KEPT_MAX: usize = 1_000;
/// A served client that waits so much longer or shorter fares otherwise, in milliseconds.
pub const WAIT_TOLERANCE: u64 = 1_000;
/// The longest name, address or reason of a client that is shown, in characters.
const TEXT_MAX: usize = 254;
/// How many doubts of one client are kept.
const DOUBTS_MAX: usize = 8;
/// How many different doubts a change is told with.
const DOUBT_KINDS_MAX: usize = 100;

/// How a client fares otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// It was served, and would not be.
    ServedBefore,
    /// It was not served, and would be.
    RefusedBefore,
    /// It is served, and would wait more than a second longer.
    Longer,
    /// It is served, and would wait more than a second shorter.
    Shorter,
    /// The same becomes of it, for another reason.
    OtherReason,
    /// Without a new policy: it was refused.
    Refused,
}

/// All groups with somebody in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    groups: BTreeMap<Group, GroupSums>,
}

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupSums {
    /// How many clients are in it.
    pub clients: u64,
    /// How many of them are doubtful.
    pub doubtful: u64,
    /// From which verdict to which.
    pub changes: BTreeMap<(Fate, Option<Fate>), Change>,
    /// The first clients.
    pub first: Vec<ShownClient>,
}

/// A change from one verdict to another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// How many clients it is true of.
    pub clients: u64,
    /// How many of them are doubtful.
    pub doubtful: u64,
    /// What is in doubt, each with the number of clients.
    pub doubts: BTreeMap<String, u64>,
}

/// A client, as it is shown: printable ASCII, cut to what anybody reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownClient {
    /// Of its record.
    pub reference: String,
    /// When it came, in Unix seconds.
    pub time: u64,
    /// Its address.
    pub client: Option<IpAddr>,
    /// What it called itself.
    pub helo: Option<String>,
    /// The sender of its mail.
    pub sender: Option<String>,
    /// The first recipient.
    pub recipient: Option<String>,
    /// How many more there are.
    pub more_recipients: usize,
    /// What became of it.
    pub before: Fate,
    /// After how many milliseconds.
    pub waited: u64,
    /// What would become of it, after how many milliseconds.
    pub after: Option<(Fate, u64)>,
    /// Why that is not certain.
    pub doubts: Vec<String>,
}

// === impl Group ===

impl Group {
    /// Those of a comparison.
    pub const ALL: [Self; 6] = [
        Self::ServedBefore,
        Self::RefusedBefore,
        Self::Longer,
        Self::Shorter,
        Self::OtherReason,
        Self::Refused,
    ];

    /// How a client fares otherwise, if it does. A fate counts more than a wait, and a wait more than a reason. Who is
    /// not served is not harmed by a wait.
    pub(super) fn of(
        record: &ClientRecord,
        before: &Fate,
        replayed: &Replayed,
        after: &Fate,
    ) -> Option<Self> {
        let (then, now) = (record.milliseconds, replayed.milliseconds);
        match (before.ending == Ending::Served, after.ending == Ending::Served) {
            (true, false) => Some(Self::ServedBefore),
            (false, true) => Some(Self::RefusedBefore),
            (true, true) if now > then.saturating_add(WAIT_TOLERANCE) => Some(Self::Longer),
            (true, true) if then > now.saturating_add(WAIT_TOLERANCE) => Some(Self::Shorter),
            _ => before.differs(after).then_some(Self::OtherReason),
        }
    }

    /// Its name in JSON.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ServedBefore => "served_before_refused_now",
            Self::RefusedBefore => "refused_before_served_now",
            Self::Longer => "waits_longer",
            Self::Shorter => "waits_shorter",
            Self::OtherReason => "other_reason",
            Self::Refused => "refused",
        }
    }

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ServedBefore => "served before, refused now",
            Self::RefusedBefore => "refused before, served now",
            Self::Longer => "waits longer, by more than a second",
            Self::Shorter => "waits shorter, by more than a second",
            Self::OtherReason => "other reason, same fate",
            Self::Refused => "refused",
        }
    }
}

// === impl Changes ===

impl Changes {
    /// The groups with somebody in them, those that matter most first.
    pub fn iter(&self) -> impl Iterator<Item = (Group, &GroupSums)> {
        self.groups.iter().map(|(group, sums)| (*group, sums))
    }

    /// How many clients are in a group.
    pub fn count(&self, group: Group) -> u64 {
        self.groups.get(&group).map_or(0, |sums| sums.clients)
    }

    /// How many clients are in any group.
    pub fn clients(&self) -> u64 {
        self.groups.values().map(|group| group.clients).sum()
    }

    pub(super) fn add(
        &mut self,
        group: Group,
        record: &ClientRecord,
        before: Fate,
        after: Option<(&Replayed, Fate)>,
    ) {
        let sums = self.groups.entry(group).or_default();
        let doubts: Vec<_> = after
            .iter()
            .flat_map(|(replayed, _)| &replayed.doubts)
            .map(|doubt| words::shown(&doubt.to_string(), TEXT_MAX))
            .collect();
        let doubtful = u64::from(!doubts.is_empty());
        sums.clients += 1;
        sums.doubtful += doubtful;
        let others = (Fate::others(before.ending), after.as_ref().map(|(_, fate)| Fate::others(fate.ending)));
        let key = (before.clone(), after.as_ref().map(|(_, fate)| fate.clone()));
        let change = entry(&mut sums.changes, key, FATES_MAX, others);
        change.clients += 1;
        change.doubtful += doubtful;
        for doubt in &doubts {
            *entry(&mut change.doubts, doubt.clone(), DOUBT_KINDS_MAX, super::OTHERS.to_owned()) += 1;
        }
        if sums.first.len() < CLIENTS_KEPT_MAX {
            let after = after.map(|(replayed, fate)| (fate, replayed.milliseconds));
            sums.first.push(ShownClient::new(record, before, after, doubts));
        }
    }
}

// === impl ShownClient ===

impl ShownClient {
    fn new(record: &ClientRecord, before: Fate, after: Option<(Fate, u64)>, mut doubts: Vec<String>) -> Self {
        let text = |text: &String| words::shown(text, TEXT_MAX);
        let wanted = &record.wanted;
        let more = wanted.recipients.len().saturating_sub(1);
        doubts.truncate(DOUBTS_MAX);
        Self {
            reference: words::shown(&record.reference, TEXT_MAX),
            time: record.time,
            client: record.client,
            helo: wanted.helo.as_ref().map(text),
            sender: wanted.sender.as_ref().map(text),
            recipient: wanted.recipients.first().map(text),
            more_recipients: more
                .saturating_add(usize::try_from(wanted.more_recipients).unwrap_or(usize::MAX)),
            before,
            waited: record.milliseconds,
            after,
            doubts,
        }
    }

    /// From whom to whom, as far as that is known: `<a@b.test> to <c@d.test> and 2 more`.
    pub fn mail(&self) -> Option<String> {
        let to = self.recipient.as_ref().map(|recipient| {
            let more = match self.more_recipients {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("to <{recipient}>{more}")
        });
        let from = self.sender.as_ref().map(|sender| format!("from <{sender}>"));
        match (from, to) {
            (None, None) => None,
            (from, to) => Some([from, to].into_iter().flatten().collect::<Vec<_>>().join(" ")),
        }
    }
}
