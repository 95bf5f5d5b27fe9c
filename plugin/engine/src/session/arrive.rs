//! Before the screening: the PROXY header, and how many sessions there are already.

use super::{Phase, Session, Standing, Surroundings, bracketed, canonical, count, log};
use crate::io::Output;
use crate::line::Line;
use crate::metric::Counter;
use crate::policy::UpstreamProxy;
use crate::proxy_header;
use crate::reply;
use crate::timer::Timer;
use crate::verdict::Verdict;

impl Session {
    /// The connection was accepted.
    pub fn opened(&mut self, around: &mut dyn Surroundings) {
        match self.policy.upstream_proxy_protocol {
            UpstreamProxy::None => self.arrive(around),
            UpstreamProxy::Haproxy => {
                self.phase = Phase::ProxyHeader;
                let wait = self.policy.upstream_proxy_timeout.duration();
                self.timers.set(Timer::ProxyHeader, around.now().instant.after(wait));
            }
        }
    }

    /// postscreen peeks once: the header must be whole in what arrives first.
    pub(super) fn proxy_header_read(&mut self, bytes: &[u8], around: &mut dyn Surroundings) {
        match proxy_header::parse(bytes) {
            Err(error) => self.proxy_header_refused(error.line(bytes), around),
            Ok(header) => {
                self.timers.stop(Timer::ProxyHeader);
                if let Some((client, server)) = header.endpoints {
                    self.client = canonical(client);
                    self.server = canonical(server);
                }
                around.emit(Output::Skip(header.len));
                self.arrive(around);
                let rest = bytes.get(header.len..).unwrap_or_default();
                if !rest.is_empty() {
                    self.client_talked(rest, around);
                }
            }
        }
    }

    pub(super) fn proxy_header_missing(&mut self, around: &mut dyn Surroundings) {
        self.proxy_header_refused(Line::warning(proxy_header::TIME_LIMIT_EXCEEDED.to_owned()), around);
    }

    pub(super) fn proxy_header_cut_off(&mut self, around: &mut dyn Surroundings) {
        self.proxy_header_refused(Line::warning(proxy_header::END_OF_INPUT.to_owned()), around);
    }

    /// Without the header nobody knows who the client is: no line but the warning, no screening, and as in postscreen
    /// no `reject_footer`.
    fn proxy_header_refused(&mut self, line: Line, around: &mut dyn Surroundings) {
        around.emit(Output::Log(line));
        count(around, Counter::ProxyHeaderBad);
        self.send_away(reply::NO_RESOURCES.as_bytes().to_vec(), Verdict::NoResources, around);
    }

    /// Now it is known who the client is. The limits come before the access list: nobody is exempt from these two.
    fn arrive(&mut self, around: &mut dyn Surroundings) {
        count(around, Counter::Connect);
        let client = bracketed(self.client);
        log(around, format!("CONNECT from {client} to {}", bracketed(self.server)));
        self.arrived = true;
        let standing = around.arrive(self.client_address());
        self.stressed = standing.stressed;
        let exceeds = |count, limit| limit > 0 && count > limit;
        if exceeds(standing.of_client, self.policy.client_connection_count_limit) {
            log(around, format!("NOQUEUE: reject: CONNECT from {client}: too many connections"));
            count(around, Counter::ConnectionCountLimit);
            return self.turn_away(reply::TOO_MANY_CONNECTIONS, Verdict::TooManyConnections, around);
        }
        // Those in transit do not include this session, so the limit itself is one too many.
        if exceeds(standing.in_transit.saturating_add(1), self.policy.post_queue_limit) {
            log(around, format!("NOQUEUE: reject: CONNECT from {client}: all server ports busy"));
            count(around, Counter::PostQueueLimit);
            return self.turn_away(reply::SERVERS_BUSY, Verdict::ServerPortsBusy, around);
        }
        self.admit(standing, around);
    }

    /// The limit on clients that are being screened, for those that are going to be.
    pub(super) fn is_screening_full(&mut self, standing: Standing, around: &mut dyn Surroundings) -> bool {
        let screened = standing.sessions.saturating_sub(standing.in_transit);
        let full = self.policy.pre_queue_limit > 0 && screened >= self.policy.pre_queue_limit;
        if full {
            // Without NOQUEUE and in lower case, as postscreen really writes it.
            let client = bracketed(self.client);
            log(around, format!("reject: connect from {client}: all screening ports busy"));
            count(around, Counter::PreQueueLimit);
            self.turn_away(reply::SCREENING_BUSY, Verdict::ScreeningPortsBusy, around);
        }
        full
    }
}
