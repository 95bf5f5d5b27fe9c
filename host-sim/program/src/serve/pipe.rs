//! One socket of a connection: a task that reads and a task that writes.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use envoy_sim::{ConnectionId, Input};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{Instant, sleep_until};

use super::stream::Stream;

/// Above it a socket's queue counts as full, and the host keeps what it still has to send.
pub(super) const QUEUE_BYTES_MAX: usize = 64 * 1024;
/// How long a socket that is being closed may take to swallow the rest of its queue.
const FLUSH_MAX: Duration = Duration::from_secs(30);

/// Which side of a connection a socket is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Upstream,
}

/// What is to be written, in order.
enum Write {
    Bytes(Vec<u8>),
    End,
    Close { reset: bool },
}

/// Hears what happens to a socket.
pub(super) type Tell = Rc<dyn Fn(Input)>;

/// The server's handle on one socket. The queue has no bound of its own: the host stops filling it when it is told of
/// congestion, after at most one of its own buffers.
pub(super) struct Pipe {
    queue: mpsc::UnboundedSender<Write>,
    fill: Rc<Fill>,
    reading: watch::Sender<bool>,
    reader: AbortHandle,
}

impl Pipe {
    /// `tell` hears what happens to the socket; `held` is dropped when it is closed.
    pub fn start(
        tell: Tell,
        connection: ConnectionId,
        side: Side,
        stream: Stream,
        held: impl Sized + 'static,
    ) -> Self {
        stream.send_at_once();
        let stream = Rc::new(stream);
        let (queue, writes) = mpsc::unbounded_channel();
        let (reading, gate) = watch::channel(true);
        let fill = Rc::default();
        let reader =
            spawn_local(reader(Rc::clone(&tell), connection, side, Rc::clone(&stream), gate)).abort_handle();
        let task = writer(tell, connection, side, stream, writes, Rc::clone(&fill));
        spawn_local(async move {
            task.await;
            drop(held);
        });
        Self { queue, fill, reading, reader }
    }

    /// Queues bytes; true when that has made the queue full.
    pub fn send(&self, bytes: Vec<u8>) -> bool {
        let full = self.fill.add(bytes.len());
        self.push(Write::Bytes(bytes));
        full
    }

    /// FIN after what is queued.
    pub fn end(&self) {
        self.push(Write::End);
    }

    /// Closes, after what is queued unless `reset`.
    pub fn close(&self, reset: bool) {
        self.reader.abort();
        self.fill.close_within(if reset { Duration::ZERO } else { FLUSH_MAX });
        self.push(Write::Close { reset });
    }

    /// Starts or stops reading.
    pub fn read(&self, wanted: bool) {
        // Without a reader there is nothing to start or stop.
        let _ = self.reading.send(wanted);
    }

    fn push(&self, write: Write) {
        // A writer that is gone has told the host of a reset.
        let _ = self.queue.send(write);
    }
}

async fn reader(
    tell: Tell,
    connection: ConnectionId,
    side: Side,
    stream: Rc<Stream>,
    mut gate: watch::Receiver<bool>,
) {
    while gate.wait_for(|wanted| *wanted).await.is_ok() {
        match stream.read().await {
            Ok(bytes) if bytes.is_empty() => return tell(side.arrived(connection, bytes, true)),
            Ok(bytes) => tell(side.arrived(connection, bytes, false)),
            Err(_) => return tell(side.reset(connection)),
        }
    }
}

/// Writes what is queued. Once a close is queued behind it, a peer that does not read has [`FLUSH_MAX`] left.
async fn writer(
    tell: Tell,
    connection: ConnectionId,
    side: Side,
    stream: Rc<Stream>,
    mut writes: mpsc::UnboundedReceiver<Write>,
    fill: Rc<Fill>,
) {
    while let Some(write) = writes.recv().await {
        let written = tokio::select! {
            biased;
            written = carry_out(&stream, &write) => written,
            () = fill.overdue() => false,
        };
        if !written {
            // What is still in the kernel's queue is of no use without the rest.
            stream.reset_on_close();
            return tell(side.reset(connection));
        }
        match write {
            Write::Bytes(bytes) if fill.drain(bytes.len()) => {
                tell(side.congested(connection, false));
            }
            Write::Bytes(_) | Write::End => {}
            Write::Close { .. } => return,
        }
    }
}

/// False when the socket is broken.
async fn carry_out(stream: &Stream, write: &Write) -> bool {
    match write {
        Write::Bytes(bytes) => stream.write_all(bytes).await.is_ok(),
        Write::End => stream.end().is_ok(),
        Write::Close { reset } => {
            if *reset {
                stream.reset_on_close();
            }
            true
        }
    }
}

/// How full a queue is, and until when it must be empty.
#[derive(Default)]
struct Fill {
    bytes: Cell<usize>,
    full: Cell<bool>,
    deadline: Cell<Option<Instant>>,
    closing: Notify,
}

// === impl Fill ===

impl Fill {
    /// True when the queue has just become full.
    fn add(&self, bytes: usize) -> bool {
        self.bytes.set(self.bytes.get() + bytes);
        self.bytes.get() > QUEUE_BYTES_MAX && !self.full.replace(true)
    }

    /// True when the queue was full and now has room again.
    fn drain(&self, bytes: usize) -> bool {
        self.bytes.set(self.bytes.get() - bytes);
        self.bytes.get() <= QUEUE_BYTES_MAX / 2 && self.full.replace(false)
    }

    fn close_within(&self, time: Duration) {
        self.deadline.set(Some(Instant::now() + time));
        self.closing.notify_one();
    }

    /// Returns when a close has been waiting for too long.
    async fn overdue(&self) {
        loop {
            match self.deadline.get() {
                Some(deadline) => return sleep_until(deadline).await,
                None => self.closing.notified().await,
            }
        }
    }
}

// === impl Side ===

impl Side {
    pub fn arrived(self, connection: ConnectionId, bytes: Vec<u8>, end: bool) -> Input {
        match self {
            Self::Client => Input::ClientBytes { connection, bytes, end },
            Self::Upstream => Input::UpstreamBytes { connection, bytes, end },
        }
    }

    fn reset(self, connection: ConnectionId) -> Input {
        match self {
            Self::Client => Input::ClientReset { connection },
            Self::Upstream => Input::UpstreamReset { connection },
        }
    }

    pub fn congested(self, connection: ConnectionId, congested: bool) -> Input {
        match self {
            Self::Client => Input::ClientCongested { connection, congested },
            Self::Upstream => Input::UpstreamCongested { connection, congested },
        }
    }
}
