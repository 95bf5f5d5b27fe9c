//! Before the screening: the PROXY header, and how many sessions there are already.

use super::{Early, Phase, Session, bracketed, canonical};
use crate::io::{Output, Standing};
use crate::line::Line;
use crate::metric::Counter;
use crate::policy::UpstreamProxy;
use crate::proxy_header;
use crate::reply;
use crate::roster::RENEW_EVERY_S;
use crate::time::Now;
use crate::timer::{TABLE_WAIT, Timer};
use crate::verdict::Verdict;
use std::time::Duration;

/// How often a session says that it is still open.
const RENEW_AFTER: Duration = Duration::from_secs(RENEW_EVERY_S);

impl Session {
    pub(super) fn opened(&mut self, now: Now) {
        if !matches!(self.phase, Phase::Admitting) {
            return;
        }
        match self.policy.upstream_proxy_protocol {
            UpstreamProxy::None => self.arrive(now),
            UpstreamProxy::Haproxy => {
                self.phase = Phase::ProxyHeader;
                let wait = self.policy.upstream_proxy_timeout.duration();
                self.timers.set(Timer::ProxyHeader, now.instant.after(wait));
            }
        }
    }

    /// postscreen peeks once: the header must be whole in what arrives first.
    pub(super) fn proxy_header_read(&mut self, bytes: &[u8], now: Now) {
        match proxy_header::parse(bytes) {
            Err(error) => self.proxy_header_refused(error.line(bytes)),
            Ok(header) => {
                self.timers.stop(Timer::ProxyHeader);
                if let Some((client, server)) = header.endpoints {
                    self.client = canonical(client);
                    self.server = canonical(server);
                }
                self.outputs.push(Output::Skip(header.len));
                self.arrive(now);
                let rest = bytes.get(header.len..).unwrap_or_default();
                if !rest.is_empty() {
                    self.client_talked(rest, now);
                }
            }
        }
    }

    pub(super) fn proxy_header_missing(&mut self) {
        self.proxy_header_refused(Line::warning(proxy_header::TIME_LIMIT_EXCEEDED.to_owned()));
    }

    pub(super) fn proxy_header_cut_off(&mut self) {
        self.proxy_header_refused(Line::warning(proxy_header::END_OF_INPUT.to_owned()));
    }

    /// Without the header nobody knows who the client is: no line but the warning, no screening, and as in postscreen
    /// no `reject_footer`.
    fn proxy_header_refused(&mut self, line: Line) {
        self.outputs.push(Output::Log(line));
        self.count(Counter::ProxyHeaderBad);
        self.send_away(reply::NO_RESOURCES.as_bytes().to_vec(), Verdict::NoResources);
    }

    /// Now it is known who the client is.
    fn arrive(&mut self, now: Now) {
        self.count(Counter::Connect);
        self.log(format!("CONNECT from {} to {}", bracketed(self.client), bracketed(self.server)));
        self.phase = Phase::Joining(Early { since: now.instant, bytes: Vec::new() });
        self.timers.set(Timer::Table, now.instant.after(TABLE_WAIT));
        self.timers.set(Timer::Renew, now.instant.after(RENEW_AFTER));
        self.joined = true;
        self.outputs.push(Output::Join(self.client_address()));
    }

    pub(super) fn renew(&mut self, now: Now) {
        self.timers.set(Timer::Renew, now.instant.after(RENEW_AFTER));
        self.outputs.push(Output::Renew(self.client_address()));
    }

    /// A table did not answer: go on as if it had nothing to say.
    pub(super) fn table_silent(&mut self, now: Now) {
        match self.phase {
            Phase::Joining(_) => self.joined(Standing::ALONE, now),
            Phase::Recalling(_) => self.recalled(None, now),
            Phase::Claiming(_) => self.claimed(true),
            _ => {}
        }
    }

    /// The limits come before the access list: nobody is exempt from these two.
    pub(super) fn joined(&mut self, standing: Standing, now: Now) {
        if !matches!(self.phase, Phase::Joining(_)) {
            return;
        }
        self.timers.stop(Timer::Table);
        let client = bracketed(self.client);
        let exceeds = |count, limit| limit > 0 && count > limit;
        if exceeds(standing.of_client, self.policy.client_connection_count_limit) {
            self.log(format!("NOQUEUE: reject: CONNECT from {client}: too many connections"));
            self.count(Counter::ConnectionCountLimit);
            return self.turn_away(reply::TOO_MANY_CONNECTIONS, Verdict::TooManyConnections, now);
        }
        // Those in transit do not include this session, so the limit itself is one too many.
        if exceeds(standing.in_transit.saturating_add(1), self.policy.post_queue_limit) {
            self.log(format!("NOQUEUE: reject: CONNECT from {client}: all server ports busy"));
            self.count(Counter::PostQueueLimit);
            return self.turn_away(reply::SERVERS_BUSY, Verdict::ServerPortsBusy, now);
        }
        self.admit(standing, now);
    }

    /// The limit on clients that are being screened, for those that are going to be.
    pub(super) fn is_screening_full(&mut self, standing: Standing, now: Now) -> bool {
        let screened = standing.sessions.saturating_sub(standing.in_transit);
        let full = self.policy.pre_queue_limit > 0 && screened >= self.policy.pre_queue_limit;
        if full {
            // Without NOQUEUE and in lower case, as postscreen really writes it.
            self.log(format!("reject: connect from {}: all screening ports busy", bracketed(self.client)));
            self.count(Counter::PreQueueLimit);
            self.turn_away(reply::SCREENING_BUSY, Verdict::ScreeningPortsBusy, now);
        }
        full
    }
}
