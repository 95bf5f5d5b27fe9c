//! The plugin: one root context per worker thread, one on the main thread, one for the check of a new configuration.

use crate::host::{self, Buffer, Level};
use crate::metrics::Metrics;
use crate::stream::Stream;
use crate::worker::Worker;
use postscreen_engine::Policy;
use postscreen_engine::policy::CONFIG_MAX;
use proxy_wasm::traits::{Context, RootContext, StreamContext};
use proxy_wasm::types::ContextType;
use std::cell::RefCell;
use std::rc::Rc;

/// The root context.
#[derive(Default)]
pub struct Root {
    worker: Option<Rc<RefCell<Worker>>>,
}

impl Context for Root {}

impl RootContext for Root {
    /// Refuses an invalid configuration, and Envoy refuses the listener with it.
    fn on_configure(&mut self, _configuration_len: usize) -> bool {
        // One byte more than is accepted, so that what is too long is seen as such.
        let json = host::buffer(Buffer::PluginConfiguration, 0, CONFIG_MAX + 1);
        let policy = match Policy::parse(&json) {
            Ok(policy) => policy,
            Err(error) => {
                host::log(Level::Error, &format!("configuration: {error}"));
                return false;
            }
        };
        match Metrics::define() {
            Ok(metrics) => {
                self.worker = Some(Rc::new(RefCell::new(Worker::new(policy, metrics))));
                true
            }
            Err(error) => {
                host::log(Level::Error, &format!("cannot define metrics: {error}"));
                false
            }
        }
    }

    fn on_tick(&mut self) {
        if let Some(worker) = &self.worker {
            worker.borrow_mut().tick();
        }
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::StreamContext)
    }

    fn create_stream_context(&self, context_id: u32) -> Option<Box<dyn StreamContext>> {
        Some(Box::new(Stream::new(context_id, self.worker.clone())))
    }
}
