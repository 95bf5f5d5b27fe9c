//! DNS as far as a test goes: `name KIND value …` in each line, where `!` is no answer, and `-` no record of a name
//! that exists. Whatever is not there does not exist.

use super::super::{Known, Outcome, Progress, QUESTIONS_MAX, check};
use crate::dns::{Answer, Kind, Name, Question, Record};
use crate::spf::found::Found;
use std::collections::BTreeMap;
use std::net::IpAddr;

#[derive(Clone, Debug)]
pub struct World {
    answers: BTreeMap<Question, Option<Answer>>,
}

/// What is known of a world.
#[derive(Default)]
pub struct Heard(BTreeMap<Question, Found>);

impl Known for Heard {
    fn get(&self, question: &Question) -> Option<&Found> {
        self.0.get(question)
    }
}

impl World {
    pub fn parse(text: &str) -> Self {
        let mut world = Self { answers: BTreeMap::new() };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (name, rest) = line.split_once(' ').unwrap();
            let (kind, value) = rest.split_once(' ').unwrap();
            let name = name.parse().unwrap();
            match (kind, value) {
                (_, "!") => _ = world.answers.insert(Question { name, kind: kind_of(kind) }, None),
                (_, "-") => world.add(name, kind_of(kind), vec![]),
                ("TXT", text) => world.add(name, Kind::Txt, vec![Record::Txt(text.into())]),
                (kind, values) => {
                    let kind = kind_of(kind);
                    let records = values.split_whitespace().map(|value| record(kind, value)).collect();
                    world.add(name, kind, records);
                }
            }
        }
        world
    }

    pub fn text(&mut self, name: &str, text: &[u8]) {
        self.add(name.parse().unwrap(), Kind::Txt, vec![Record::Txt(text.to_vec())]);
    }

    pub fn add(&mut self, name: Name, kind: Kind, records: Vec<Record>) {
        let empty = || Some(Answer { records: vec![], exists: true, ttl: 300 });
        let answer = self.answers.entry(Question { name, kind }).or_insert_with(empty);
        answer.as_mut().unwrap().records.extend(records);
    }

    pub fn set_ttl(&mut self, question: &Question, ttl: u32) {
        self.answers.get_mut(question).unwrap().as_mut().unwrap().ttl = ttl;
    }

    fn found(&self, question: &Question) -> Found {
        match self.answers.get(question) {
            None => Found::answered(question.kind, &Answer { records: vec![], exists: false, ttl: 300 }),
            Some(None) => Found::failed(),
            Some(Some(answer)) => Found::answered(question.kind, answer),
        }
    }

    /// What comes out when questions are asked as they come up, and answered all at once.
    pub fn outcome(&self, client: IpAddr, domain: &Name) -> Outcome {
        self.outcome_in_order(client, domain, std::mem::take).0
    }

    /// What comes out when of those questions that are asked, some are answered at a time; and how many were asked.
    pub fn outcome_in_order(
        &self,
        client: IpAddr,
        domain: &Name,
        mut pick: impl FnMut(&mut Vec<Question>) -> Vec<Question>,
    ) -> (Outcome, usize) {
        let mut heard = Heard::default();
        let mut asked: Vec<Question> = Vec::new();
        let mut count = 0;
        loop {
            match check(client, domain, &heard) {
                Progress::Done(outcome) => return (outcome, count),
                Progress::Needs(questions) => {
                    assert!(!questions.is_empty() && questions.len() <= QUESTIONS_MAX);
                    for question in questions {
                        assert!(!heard.0.contains_key(&question), "{question} is known");
                        if !asked.contains(&question) {
                            asked.push(question);
                            count += 1;
                        }
                    }
                }
            }
            for question in pick(&mut asked) {
                let found = self.found(&question);
                heard.0.insert(question, found);
            }
        }
    }
}

fn kind_of(text: &str) -> Kind {
    let kinds = [Kind::A, Kind::Aaaa, Kind::Txt, Kind::Mx, Kind::Ptr];
    kinds.into_iter().find(|kind| kind.to_string() == text).unwrap()
}

fn record(kind: Kind, value: &str) -> Record {
    match kind {
        Kind::A => Record::A(value.parse().unwrap()),
        Kind::Aaaa => Record::Aaaa(value.parse().unwrap()),
        Kind::Mx if value == "." => Record::Mx { preference: 0, exchange: Name::root() },
        Kind::Mx => Record::Mx { preference: 10, exchange: value.parse().unwrap() },
        Kind::Ptr => Record::Ptr(value.parse().unwrap()),
        Kind::Txt => Record::Txt(value.into()),
    }
}
