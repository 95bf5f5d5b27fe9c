//! Who answers the module's questions about clients.
//!
//! The module asks over HTTP, as it does in Envoy; here the question goes on as what it is, a DNS message. The
//! [`QuestionQueue`] has a thread of its own, because answers would come too late to count while a crowd of clients
//! keeps the screen busy, and takes a limited number of questions at one time.

use std::cell::Cell;
use std::future::pending;
use std::path::Path;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use dns_client::{DnsAnswer, DnsClient, DnsError, DnsErrorKind, DnsServer};
use envoy_sim::{HttpCall, HttpFailure};
use miette::IntoDiagnostic;
use postscreen_engine::dnsbl::MESSAGE_MAX;
use postscreen_scenario::doh::HttpAnswer;
use postscreen_scenario::{Zones, doh};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::timeout;

/// Asks one source.
pub(super) enum ListResolver {
    /// In the same process.
    Zones(Zones),
    /// There is nobody to ask.
    Nobody,
    /// Over the network.
    Queue(QuestionQueue),
}

// === impl ListResolver ===

impl ListResolver {
    /// Nobody is asked yet. `ca` is a file of PEM certificates to trust in place of the usual ones.
    pub fn to(target: &DnsServer, ca: Option<&Path>, questions_max: usize) -> miette::Result<Self> {
        // One byte more than the engine takes, so that it can tell what is too long.
        match DnsClient::new(target, ca, MESSAGE_MAX + 1)? {
            None => Ok(Self::Nobody),
            Some(client) => QuestionQueue::start(client, questions_max).map(Self::Queue),
        }
    }

    /// The answer to the module's request. Dropping the future takes the question back.
    pub async fn ask(&self, HttpCall { headers, body, .. }: &HttpCall) -> Result<HttpAnswer, DnsError> {
        if let Some(refusal) = doh::refusal(headers) {
            return Ok(refusal);
        }
        match self {
            Self::Zones(zones) => match doh::answer(zones, headers, body) {
                Some(answer) => Ok(answer),
                // The zone never answers: it is left to the module how long it waits.
                None => pending().await,
            },
            Self::Nobody => Err(DnsError::unreachable("nobody to ask (--resolver none)".to_owned())),
            Self::Queue(queue) => queue.ask(body).await.map(over_http),
        }
    }
}

/// An answer as a resolver's HTTP front gives it.
fn over_http(answer: DnsAnswer) -> HttpAnswer {
    match answer {
        DnsAnswer::Message(message) => HttpAnswer::message(message),
        DnsAnswer::Http { status, headers, body } => {
            let status = (b":status".to_vec(), status.into());
            HttpAnswer { headers: std::iter::once(status).chain(headers).collect(), body }
        }
    }
}

/// What the module is told of a question without an answer.
pub(super) fn http_failure(failure: &DnsError) -> HttpFailure {
    match failure.kind {
        DnsErrorKind::Unreachable => HttpFailure::Unreachable,
        DnsErrorKind::BrokeOff => HttpFailure::Reset,
    }
}

/// Questions that wait until less than `--max-questions` are under way. Above it they fail at once.
const QUESTIONS_WAITING_MAX: usize = 100_000;
/// How long one question may take, its wait included, where the module would wait for ever.
const QUESTION_MAX: Duration = Duration::from_secs(30);

/// The way to the resolver's thread, which ends when this is dropped.
pub(in crate::serve) struct QuestionQueue(mpsc::UnboundedSender<QueuedQuestion>);

struct QueuedQuestion {
    message: Vec<u8>,
    /// Closed when nobody waits for the answer any more.
    answer: oneshot::Sender<Result<DnsAnswer, DnsError>>,
}

/// What all questions share.
struct ResolverThread {
    client: DnsClient,
    turns: Semaphore,
    waiting: Cell<usize>,
}

// === impl QuestionQueue ===

impl QuestionQueue {
    pub(super) fn start(client: DnsClient, questions_max: usize) -> miette::Result<Self> {
        let (sender, questions) = mpsc::unbounded_channel();
        let runtime = Builder::new_current_thread().enable_all().build().into_diagnostic()?;
        let work = move || {
            let desk = ResolverThread { client, turns: Semaphore::new(questions_max), waiting: Cell::new(0) };
            LocalSet::new().block_on(&runtime, Rc::new(desk).serve(questions));
        };
        thread::Builder::new().name("resolver".to_owned()).spawn(work).into_diagnostic()?;
        Ok(Self(sender))
    }

    /// Dropping the future takes the question back.
    pub(super) async fn ask(&self, message: &[u8]) -> Result<DnsAnswer, DnsError> {
        let (answer, answered) = oneshot::channel();
        // The thread is gone only when it has panicked; then the second error says so.
        let _ = self.0.send(QueuedQuestion { message: message.to_vec(), answer });
        let gone = || DnsError::unreachable("the resolver's thread has ended".to_owned());
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

// === impl ResolverThread ===

impl ResolverThread {
    async fn serve(self: Rc<Self>, mut questions: mpsc::UnboundedReceiver<QueuedQuestion>) {
        while let Some(QueuedQuestion { message, mut answer }) = questions.recv().await {
            let desk = Rc::clone(&self);
            spawn_local(async move {
                let found = tokio::select! {
                    found = desk.ask(&message) => found,
                    () = answer.closed() => return,
                };
                // Somebody may have stopped waiting this very moment.
                let _ = answer.send(found);
            });
        }
    }

    async fn ask(&self, question: &[u8]) -> Result<DnsAnswer, DnsError> {
        let Some(_waiting) = Waiting::enter(&self.waiting) else {
            return Err(DnsError::unreachable(format!(
                "more than {QUESTIONS_WAITING_MAX} questions wait for their turn"
            )));
        };
        let in_turn = async {
            // The turns are never closed, so that there is always a next one.
            let _turn = self.turns.acquire().await;
            self.client.ask(question).await
        };
        timeout(QUESTION_MAX, in_turn).await.unwrap_or_else(|_| {
            Err(DnsError::unreachable(format!("no answer within {} s", QUESTION_MAX.as_secs())))
        })
    }
}

/// One question more, for as long as it lives.
struct Waiting<'a>(&'a Cell<usize>);

// === impl Waiting ===

impl<'a> Waiting<'a> {
    fn enter(count: &'a Cell<usize>) -> Option<Self> {
        let waiting = count.get();
        (waiting < QUESTIONS_WAITING_MAX).then(|| {
            count.set(waiting + 1);
            Self(count)
        })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

#[cfg(test)]
mod tests;
