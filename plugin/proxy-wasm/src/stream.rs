//! One connection's callbacks.

use crate::host;
use crate::worker::{Mode, Worker};
use postscreen_engine::Endpoints;
use proxy_wasm::traits::{Context, StreamContext};
use proxy_wasm::types::{Action, PeerType};
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;

/// A connection. What it may do is its [`Mode`]; in `Open` no callback does anything.
pub struct Stream {
    context: u32,
    mode: Rc<Cell<Mode>>,
    worker: Option<Rc<RefCell<Worker>>>,
}

impl Stream {
    /// A connection that has not been accepted yet.
    pub fn new(context: u32, worker: Option<Rc<RefCell<Worker>>>) -> Self {
        Self { context, mode: Rc::new(Cell::new(Mode::Open)), worker }
    }

    /// Whether the connection stays where it is. One that is talked to goes on by resuming, never by Continue: as long
    /// as its bytes are paused, Envoy lets the filter write to their buffer at any time.
    fn action(&self) -> Action {
        match self.mode.get() {
            Mode::Held | Mode::Spoken => Action::Pause,
            Mode::Open | Mode::Transit => Action::Continue,
        }
    }
}

impl Context for Stream {
    fn on_http_call_response(&mut self, token: u32, header_count: usize, body_len: usize, _trailers: usize) {
        if let (Mode::Held, Some(worker)) = (self.mode.get(), &self.worker) {
            worker.borrow_mut().http_response(self.context, token, header_count, body_len);
        }
    }
}

impl StreamContext for Stream {
    fn on_new_connection(&mut self) -> Action {
        // Without addresses there is nobody to screen (a Unix socket, an internal listener): serve.
        if let (Some(worker), Some(endpoints)) = (&self.worker, endpoints()) {
            worker.borrow_mut().accept(self.context, &self.mode, endpoints);
        }
        if self.mode.get() == Mode::Held { Action::Pause } else { Action::Continue }
    }

    fn on_downstream_data(&mut self, buffered_len: usize, end_of_stream: bool) -> Action {
        if let (Mode::Held | Mode::Spoken, Some(worker)) = (self.mode.get(), &self.worker) {
            worker.borrow_mut().client_data(self.context, buffered_len, end_of_stream);
        }
        self.action()
    }

    fn on_upstream_data(&mut self, _len: usize, _end_of_stream: bool) -> Action {
        let Some(worker) = &self.worker else { return Action::Continue };
        match self.mode.get() {
            Mode::Spoken => worker.borrow_mut().speaker_data(self.context),
            Mode::Transit => {
                worker.borrow_mut().backend_data(self.context);
                self.mode.set(Mode::Open);
            }
            Mode::Open | Mode::Held => {}
        }
        Action::Continue
    }

    fn on_downstream_close(&mut self, _peer: PeerType) {
        if let (Mode::Held | Mode::Spoken | Mode::Transit, Some(worker)) = (self.mode.get(), &self.worker) {
            worker.borrow_mut().client_closed(self.context);
        }
        self.mode.set(Mode::Open);
    }
}

fn endpoints() -> Option<Endpoints> {
    Some(Endpoints { client: address("source\0address")?, server: address("destination\0address")? })
}

fn address(path: &str) -> Option<SocketAddr> {
    String::from_utf8(host::property(path)?).ok()?.parse().ok()
}
