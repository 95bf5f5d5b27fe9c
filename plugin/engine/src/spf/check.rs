//! The evaluation (RFC 7208, section 4): a pure function of what is known.
//!
//! What is not known yet matches nothing, and the evaluation goes on: so it finds all questions that it can tell will
//! have to be asked, and they are asked at once. Then its result does not count, and it is done again from the start
//! when something more is known. It has one only where nothing was missing on the way; so the order in which answers
//! come changes nothing.

mod terms;

use super::found::{Data, Found};
use super::outcome::{Outcome, SpfResult, Step, Turn, Why};
use super::record::{Mechanism, SpfRecord};
use crate::dns::{Kind, Name, Question};
use std::net::IpAddr;

/// How many terms may ask DNS, over all records of an evaluation (RFC 7208, section 4.6.4). It also ends loops.
pub const TERMS_MAX: usize = 10;
/// How many questions of terms may lead to no record (RFC 7208, section 4.6.4).
pub const VOID_MAX: usize = 2;
/// The most mail servers of one domain (RFC 7208, section 4.6.4).
pub const MX_MAX: usize = 10;
/// How many names of a client are looked at (RFC 7208, section 4.6.4).
pub const PTR_MAX: usize = 10;
/// The most questions of one evaluation: each term's own, and as many as it has names; and the first record.
pub const QUESTIONS_MAX: usize = 1 + TERMS_MAX * (1 + MX_MAX);

/// What is known.
pub trait Known {
    /// What is known about a question; `None`: nothing yet.
    fn get(&self, question: &Question) -> Option<&Found>;
}

/// How far an evaluation has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// These are to be asked first, [`QUESTIONS_MAX`] at most, each once. More may follow.
    Needs(Vec<Question>),
    /// This is what it comes to.
    Done(Outcome),
}

/// Whether `client` may send mail for `domain`, by the records that are known: `check_host()` of RFC 7208.
///
/// A client whose IPv4 address is mapped to IPv6 is one of IPv4.
pub fn check(client: IpAddr, domain: &Name, known: &impl Known) -> Progress {
    let mut evaluation = Evaluation {
        known,
        client: client.to_canonical(),
        sender_domain: domain,
        terms: 0,
        voids: 0,
        ttl: None,
        path: Vec::new(),
        missing: Vec::new(),
    };
    let result = evaluation.host(domain);
    if !evaluation.missing.is_empty() {
        return Progress::Needs(evaluation.missing);
    }
    Progress::Done(Outcome { result, path: evaluation.path, ttl: evaluation.ttl.unwrap_or(0) })
}

struct Evaluation<'a, K> {
    known: &'a K,
    client: IpAddr,
    sender_domain: &'a Name,
    /// How many terms have asked DNS.
    terms: usize,
    /// How many questions led to nothing.
    voids: usize,
    ttl: Option<u32>,
    path: Vec<Step>,
    missing: Vec<Question>,
}

/// A record at work.
#[derive(Clone, Copy)]
struct Place<'a> {
    domain: &'a Name,
    /// The term as it is written.
    term: &'a str,
}

impl<'a, K: Known> Evaluation<'a, K> {
    /// What the record of a domain comes to.
    fn host(&mut self, domain: &Name) -> SpfResult {
        // An error is a result that came early.
        self.evaluate(domain).unwrap_or_else(|result| result)
    }

    fn evaluate(&mut self, domain: &Name) -> Result<SpfResult, SpfResult> {
        let Some(record) = self.record(domain)? else { return Ok(SpfResult::Neutral) };
        for directive in record.directives() {
            let place = Place { domain, term: record.text_of(directive) };
            if self.matches(place, &directive.mechanism)? {
                if !matches!(directive.mechanism, Mechanism::Include(_)) {
                    self.path.push(Step::new(domain, place.term, Turn::Matches));
                }
                return Ok(directive.qualifier.into());
            }
        }
        if let Some(redirect) = record.redirect() {
            let place = Place { domain, term: record.text_of_redirect() };
            return match self.follow(place, &redirect.domain)? {
                SpfResult::None => Err(SpfResult::PermError),
                result => Ok(result),
            };
        }
        Err(self.end(Place { domain, term: "" }, Why::NothingMatches))
    }

    /// The record of a domain. `None`: it is not known yet.
    fn record(&mut self, domain: &Name) -> Result<Option<&'a SpfRecord>, SpfResult> {
        let place = Place { domain, term: "" };
        if domain.labels().count() < 2 {
            return Err(self.end(place, Why::TopLevel));
        }
        let question = Question { name: domain.clone(), kind: Kind::Txt };
        match self.find(&question).map(|found| &found.data) {
            None => Ok(None),
            Some(Data::Record(Ok(record))) => Ok(Some(record)),
            Some(Data::Record(Err(reason))) => Err(self.end(place, Why::NoRecord(reason.clone()))),
            Some(_) => Err(self.end(place, Why::NoAnswer(question))),
        }
    }

    /// What is known about a question; `None`: it will have to be asked.
    fn find(&mut self, question: &Question) -> Option<&'a Found> {
        let found = self.known.get(question);
        match found {
            Some(found) => self.ttl = Some(self.ttl.map_or(found.ttl, |lowest| lowest.min(found.ttl))),
            None if !self.missing.contains(question) => self.missing.push(question.clone()),
            None => {}
        }
        found
    }

    /// Ends the evaluation of a record, and says what it comes to.
    fn end(&mut self, place: Place<'_>, why: Why) -> SpfResult {
        let result = why.result();
        self.path.push(Step::new(place.domain, place.term, Turn::Ends(why)));
        result
    }
}

#[cfg(test)]
mod tests;
