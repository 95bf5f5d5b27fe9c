//! Being told to stop, or to read the configuration again.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C and SIGTERM.
pub(super) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// From here on neither signal ends the process by itself.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// The next time that one of them comes.
    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// SIGHUP.
pub(super) struct Hangup(Signal);

// === impl Hangup ===

impl Hangup {
    /// From here on the signal does not end the process.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self(signal(SignalKind::hangup())?))
    }

    /// The next time that it comes.
    pub async fn wait(&mut self) {
        // The stream of signals has no end.
        let _ = self.0.recv().await;
    }
}
