//! The life of root contexts: from a configuration to `proxy_on_delete`.

use std::rc::Rc;

use super::Dispatcher;
use crate::event::{Effect, LogLevel};
use crate::settings::Settings;
use crate::vm::{Callback, Called};

impl Dispatcher {
    /// A new configuration, which the canary has accepted: a new root context takes the new streams. The old root
    /// keeps its streams, and is shut down when the last of them has ended.
    ///
    /// A module that refuses here what it accepted there leaves this worker without the filter, as in Envoy: new
    /// clients are served unscreened.
    pub fn reconfigure(&mut self, settings: &Rc<Settings>) {
        self.state_mut().settings = Rc::clone(settings);
        self.draining.extend(self.root.take());
        match self.machine.add_root() {
            Ok(root) => self.root = Some(root),
            Err(error) => {
                let lines = error.log().iter().cloned().map(Effect::Log);
                self.state_mut().effects.extend(lines);
                let text = format!("new clients of this worker are served without the filter: {error}");
                self.log_by_host(LogLevel::Critical, text);
            }
        }
        self.carry_out_deferred();
    }

    /// Shuts down the roots that no stream belongs to any more and none will, the newest first as Envoy does.
    pub(super) fn shut_down_idle_roots(&mut self) {
        let streams = &self.machine.state().streams;
        let used = |root: &u32| streams.values().any(|connection| connection.root == *root);
        let idle: Vec<u32> = self.draining.iter().rev().copied().filter(|root| !used(root)).collect();
        for root in idle {
            self.draining.remove(&root);
            // A module that has something left to do answers 0, and calls proxy_done later.
            if self.call(root, Callback::Done, &[root]) == Called::Returned(0) {
                if let Some(root) = self.state_mut().roots.get_mut(&root) {
                    root.awaits_done = true;
                }
            } else {
                self.delete_root(root);
            }
        }
    }

    /// The end of a root context: its timer and its call-outs end with it.
    pub(super) fn delete_root(&mut self, root: u32) {
        self.call(root, Callback::Delete, &[root]);
        let state = self.state_mut();
        state.roots.remove(&root);
        state.arm_tick(root);
        state.cancel_callouts(Some(root));
    }

    /// Closes every client without waiting for unwritten bytes, then shuts the roots down; no stream is accepted any
    /// more.
    pub fn stop(&mut self) {
        self.stopped = true;
        self.root = None;
        self.draining.extend(self.machine.state().roots.keys());
        let streams: Vec<u32> = self.state().streams.keys().copied().collect();
        for context in streams {
            self.abort(context, false);
        }
    }

    /// Whether every root context has been deleted. A machine that has failed has nothing to wait for.
    pub fn is_over(&self) -> bool {
        self.failed() || self.state().roots.is_empty()
    }
}
