//! What each term asks DNS, and whether it means the client (RFC 7208, section 5).

use super::{Evaluation, Known, MX_MAX, PTR_MAX, Place, TERMS_MAX, VOID_MAX};
use crate::dns::{Kind, Name, Question};
use crate::spf::found::{Data, Found};
use crate::spf::macros::{DomainSpec, Macros};
use crate::spf::outcome::{SpfResult, Step, Turn, Why};
use crate::spf::record::{Lengths, Mechanism};
use ipnet::IpNet;
use std::net::IpAddr;

impl<K: Known> Evaluation<'_, K> {
    /// Whether a mechanism means the client. An error is the result of the whole record.
    pub(super) fn matches(&mut self, place: Place<'_>, mechanism: &Mechanism) -> Result<bool, SpfResult> {
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Network(network) => Ok(network.contains(&self.client)),
            Mechanism::Include(domain) => self.include(place, domain),
            Mechanism::A(domain, lengths) => self.a(place, domain.as_ref(), *lengths),
            Mechanism::Mx(domain, lengths) => self.mx(place, domain.as_ref(), *lengths),
            Mechanism::Ptr(domain) => self.ptr(place, domain.as_ref()),
            Mechanism::Exists(domain) => self.exists(place, domain),
        }
    }

    /// What the record comes to that a term leads to. The path leads there, too.
    pub(super) fn follow(&mut self, place: Place<'_>, domain: &DomainSpec) -> Result<SpfResult, SpfResult> {
        self.count_term(place)?;
        match domain.expand(&self.macros(place)) {
            Ok(target) => {
                self.path.push(Step::new(place.domain, place.term, Turn::LeadsOn));
                Ok(self.host(&target))
            }
            Err(error) => Err(self.end(place, Why::NoDomain(error))),
        }
    }

    fn include(&mut self, place: Place<'_>, domain: &DomainSpec) -> Result<bool, SpfResult> {
        let steps = self.path.len();
        match self.follow(place, domain)? {
            SpfResult::Pass => Ok(true),
            SpfResult::Fail | SpfResult::SoftFail | SpfResult::Neutral => {
                self.path.truncate(steps);
                Ok(false)
            }
            SpfResult::TempError => Err(SpfResult::TempError),
            SpfResult::PermError | SpfResult::None => Err(SpfResult::PermError),
        }
    }

    fn a(
        &mut self,
        place: Place<'_>,
        domain: Option<&DomainSpec>,
        lengths: Lengths,
    ) -> Result<bool, SpfResult> {
        self.count_term(place)?;
        let Some(name) = self.target(place, domain) else { return Ok(false) };
        let Some(found) = self.ask(place, name, self.kind_of_address())? else { return Ok(false) };
        Ok(self.is_near(found, lengths))
    }

    /// All mail servers are looked at, in whatever order DNS has them: one that matches outweighs one whose addresses
    /// cannot be found.
    fn mx(
        &mut self,
        place: Place<'_>,
        domain: Option<&DomainSpec>,
        lengths: Lengths,
    ) -> Result<bool, SpfResult> {
        self.count_term(place)?;
        let Some(name) = self.target(place, domain) else { return Ok(false) };
        let Some(found) = self.ask(place, name, Kind::Mx)? else { return Ok(false) };
        let Data::Names(servers) = &found.data else { return Ok(false) };
        if servers.len() > MX_MAX {
            return Err(self.end(place, Why::TooManyMx));
        }
        let kind = self.kind_of_address();
        let questions = servers.iter().filter(|server| !server.is_root());
        let questions: Vec<_> = questions.map(|name| Question { name: name.clone(), kind }).collect();
        let found: Vec<_> = questions.iter().map(|question| self.find(question)).collect();
        if found.iter().flatten().any(|found| self.is_near(found, lengths)) {
            return Ok(true);
        }
        for (question, found) in questions.into_iter().zip(found) {
            self.weigh(place, question, found)?;
        }
        Ok(false)
    }

    /// A DNS error on the way is no match, and no error (RFC 7208, section 5.5). Names of the client that are not
    /// within the domain are not looked at any further; that others lead to nothing does not count.
    fn ptr(&mut self, place: Place<'_>, domain: Option<&DomainSpec>) -> Result<bool, SpfResult> {
        self.count_term(place)?;
        let Some(target) = self.target(place, domain) else { return Ok(false) };
        let question = Question { name: Name::of_address(self.client), kind: Kind::Ptr };
        let Some(found) = self.find(&question).filter(|found| !found.is_failed()) else { return Ok(false) };
        let Some(found) = self.weigh(place, question, Some(found))? else { return Ok(false) };
        let Data::Names(names) = &found.data else { return Ok(false) };
        let kind = self.kind_of_address();
        let names = names.iter().take(PTR_MAX).filter(|name| name.is_within(&target));
        let found: Vec<_> = names.map(|name| self.find(&Question { name: name.clone(), kind })).collect();
        Ok(found.into_iter().flatten().any(|found| self.is_near(found, Lengths { v4: 32, v6: 128 })))
    }

    fn exists(&mut self, place: Place<'_>, domain: &DomainSpec) -> Result<bool, SpfResult> {
        self.count_term(place)?;
        let Some(name) = self.target(place, Some(domain)) else { return Ok(false) };
        let found = self.ask(place, name, Kind::A)?;
        Ok(found
            .is_some_and(|found| matches!(&found.data, Data::Addresses(addresses) if !addresses.is_empty())))
    }

    /// Counts a term that asks DNS.
    fn count_term(&mut self, place: Place<'_>) -> Result<(), SpfResult> {
        self.terms += 1;
        if self.terms > TERMS_MAX { Err(self.end(place, Why::TooManyTerms)) } else { Ok(()) }
    }

    /// The domain that a term is about. `None`: it cannot be in DNS, so that nothing matches it; RFC 7208 (section 4.8)
    /// leaves that open.
    fn target(&self, place: Place<'_>, domain: Option<&DomainSpec>) -> Option<Name> {
        domain.map_or_else(|| Some(place.domain.clone()), |domain| domain.expand(&self.macros(place)).ok())
    }

    fn macros<'b>(&'b self, place: Place<'b>) -> Macros<'b> {
        Macros { client: self.client, sender_domain: self.sender_domain, domain: place.domain }
    }
}

impl<'a, K: Known> Evaluation<'a, K> {
    /// What is known about a question of a term; `None`: nothing yet.
    fn ask(&mut self, place: Place<'_>, name: Name, kind: Kind) -> Result<Option<&'a Found>, SpfResult> {
        let question = Question { name, kind };
        let found = self.find(&question);
        self.weigh(place, question, found)
    }

    /// Ends the evaluation if there was no answer, or nothing in one too many.
    fn weigh(
        &mut self,
        place: Place<'_>,
        question: Question,
        found: Option<&'a Found>,
    ) -> Result<Option<&'a Found>, SpfResult> {
        let is_void = match found.map(|found| &found.data) {
            Some(Data::Failed) => return Err(self.end(place, Why::NoAnswer(question))),
            Some(Data::Addresses(addresses)) => addresses.is_empty(),
            Some(Data::Names(names)) => names.is_empty(),
            Some(Data::Record(_)) | None => false,
        };
        self.voids += usize::from(is_void);
        if self.voids > VOID_MAX { Err(self.end(place, Why::TooManyVoid)) } else { Ok(found) }
    }

    /// Whether the client is in a network of one of these addresses.
    fn is_near(&self, found: &Found, lengths: Lengths) -> bool {
        let Data::Addresses(addresses) = &found.data else { return false };
        let length = if self.client.is_ipv4() { lengths.v4 } else { lengths.v6 };
        addresses
            .iter()
            .any(|&address| IpNet::new(address, length).is_ok_and(|network| network.contains(&self.client)))
    }

    fn kind_of_address(&self) -> Kind {
        match self.client {
            IpAddr::V4(_) => Kind::A,
            IpAddr::V6(_) => Kind::Aaaa,
        }
    }
}
