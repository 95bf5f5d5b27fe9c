//! Whom the server asks on behalf of clients: the mail server and the resolver.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use envoy_sim::{CallId, ConnectionId, HttpCall, Input, UpstreamEnds};
use tokio::net::TcpStream;
use tokio::task::spawn_local;
use tokio::time::Instant;

use super::{Server, UpstreamSocket};
use crate::serve::pipe::{Pipe, Side};
use crate::serve::print::Event;
use crate::serve::proxy_header;
use crate::serve::resolver::http_failure;
use crate::serve::stream::{Ends, Stream};

/// A resolver that fails is in the log once in this time.
const FAILURE_PAUSE: Duration = Duration::from_mins(1);

/// When the log last said that the resolver fails, and how often it did since.
#[derive(Default)]
pub(super) struct ResolverFailures {
    told: Cell<Option<Instant>>,
    untold: Cell<u64>,
}

impl Server {
    /// There is one mail server, whatever the cluster's name.
    pub(super) fn dial(self: &Rc<Self>, connection: ConnectionId) {
        let Some(ends) = self.links.borrow().get(&connection).map(|link| link.ends) else { return };
        let server = Rc::clone(self);
        self.meters.dials.inc();
        let dial = spawn_local(async move {
            match server.options.backend.connect(server.options.connect_timeout).await {
                Ok(stream) => server.connected(connection, ends, stream),
                Err(why) => {
                    server.meters.dial_failures.inc();
                    let text = format!("the mail server {} cannot be reached: {why}", server.options.backend);
                    server.notice(Event::Backend, Some(ends.client), &text);
                    server.handle(Input::UpstreamRefused { connection });
                }
            }
        });
        if let Some(link) = self.links.borrow_mut().get_mut(&connection) {
            link.upstream = UpstreamSocket::Dialling(dial.abort_handle());
        }
    }

    fn connected(self: &Rc<Self>, connection: ConnectionId, ends: Ends, stream: TcpStream) {
        // A socket that is already dead has no addresses; that shows when it is read.
        let upstream = stream.local_addr().and_then(|local| {
            let server = stream.peer_addr()?;
            Ok(UpstreamEnds { local, server })
        });
        let stream = Stream::Tcp(stream);
        let pipe = Pipe::start(self.tell(), connection, Side::Upstream, stream, Rc::clone(&self.upstreams));
        if let Some(version) = self.options.proxy_header_out {
            // The queue is empty: so few bytes do not fill it.
            pipe.send(proxy_header::write(version, ends));
        }
        if let Some(link) = self.links.borrow_mut().get_mut(&connection) {
            link.upstream = UpstreamSocket::Connected(pipe);
        }
        self.handle(Input::UpstreamConnected { connection, ends: upstream.ok() });
    }

    /// Asks the resolver.
    pub(super) fn ask(self: &Rc<Self>, request: HttpCall) {
        let (server, call) = (Rc::clone(self), request.call);
        self.meters.questions.inc();
        let question = spawn_local(async move {
            let asked = Instant::now();
            let answer = server.options.resolver.ask(&request).await;
            server.questions.borrow_mut().remove(&call);
            match answer {
                Ok(answer) => {
                    server.meters.answered(asked.elapsed());
                    let (headers, body) = (answer.headers, answer.body);
                    server.handle(Input::HttpResponse { call, headers, body, trailers: Vec::new() });
                }
                Err(trouble) => {
                    server.meters.question_failures.inc();
                    server.tell_of_failure(&trouble.text);
                    server.handle(Input::HttpFailure { call, failure: http_failure(&trouble) });
                }
            }
        });
        self.questions.borrow_mut().insert(call, question.abort_handle());
    }

    /// The module does not wait for this answer any more.
    pub(super) fn take_back(&self, call: CallId) {
        if let Some(question) = self.questions.borrow_mut().remove(&call) {
            self.meters.question_timeouts.inc();
            question.abort();
        }
    }

    fn tell_of_failure(&self, why: &str) {
        let ResolverFailures { told, untold } = &self.resolver_failures;
        if told.get().is_some_and(|told| told.elapsed() < FAILURE_PAUSE) {
            untold.set(untold.get() + 1);
            return;
        }
        told.set(Some(Instant::now()));
        let more = match untold.replace(0) {
            0 => String::new(),
            count => format!(" ({count} questions more failed since it was last said)"),
        };
        let text = format!("the resolver {} cannot be asked: {why}{more}", self.options.resolver_name);
        self.notice(Event::Resolver, None, &text);
    }
}
