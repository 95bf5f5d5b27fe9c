//! A probe: which module runs with which settings, and what happens to it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

/// A module and what happens to it. Both hosts must do the same.
#[derive(Clone, Debug)]
pub(crate) struct ProbePlay {
    /// What the play is called.
    pub(crate) name: &'static str,
    /// What is run.
    pub(crate) module: ProbeModule,
    /// How the host is set up.
    pub(crate) setup: ProbeSetup,
    /// What happens, in order.
    pub(crate) script: Vec<ProbeStep>,
}

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProbeModule {
    /// `probes.wasm`, which finds this name in the virtual machine's configuration.
    Guest(&'static str),
    /// Another file in the folder of `probes.wasm`.
    File(&'static str),
    /// A module of its own in the text format.
    Text(Cow<'static, str>),
    /// Bytes that are no module.
    Bytes(&'static [u8]),
}

/// How the host is set up. What is not here is the same for all: the chain `wasm → tcp_proxy`, the clusters `backend`,
/// `other`, `http`, `refused` (nobody listens) and `empty` (no endpoint), and the names `probe`, `root` and `vm`.
#[derive(Clone, Debug)]
pub(crate) struct ProbeSetup {
    /// `max_early_data_bytes` of the TCP proxy.
    pub(crate) early_data: Option<u32>,
    /// What becomes of clients when the machine has died.
    pub(crate) policy: FailurePolicy,
    /// Worker threads.
    pub(crate) workers: u32,
    /// The machine's environment.
    pub(crate) environment: BTreeMap<String, String>,
    /// `allowed_capabilities`, the only functions and callbacks that are allowed; without a list all are.
    pub(crate) allowed: Option<Vec<&'static str>>,
    /// Whether somebody listens behind the clusters `backend` and `other`.
    pub(crate) backend: bool,
}

/// `failure_policy`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailurePolicy {
    Closed,
    Open,
    Reload,
}

/// One thing that happens. Clients and sessions at the server are counted from 0, in the order in which they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProbeStep {
    /// A client connects.
    Connect,
    /// A client sends.
    Send(usize, Vec<u8>),
    /// A client closes its sending half.
    End(usize),
    /// A client breaks its connection.
    Reset(usize),
    /// The server sends in a session.
    Serve(usize, Vec<u8>),
    /// The server sends and closes its sending half at once.
    ServeLast(usize, Vec<u8>),
    /// The server breaks a session.
    ServeReset(usize),
    /// Time passes.
    Wait(Duration),
}

// === impl ProbePlay ===

impl ProbePlay {
    /// A play of `probes.wasm`; the guest's probe has the same name.
    pub(crate) fn new(name: &'static str, script: Vec<ProbeStep>) -> Self {
        Self { name, module: ProbeModule::Guest(name), setup: ProbeSetup::default(), script }
    }

    /// Another play of the guest's probe.
    pub(crate) fn again(name: &'static str, guest: &'static str, script: Vec<ProbeStep>) -> Self {
        Self { module: ProbeModule::Guest(guest), ..Self::new(name, script) }
    }

    /// A play of a module of its own.
    pub(crate) fn text(
        name: &'static str,
        text: impl Into<Cow<'static, str>>,
        script: Vec<ProbeStep>,
    ) -> Self {
        Self { module: ProbeModule::Text(text.into()), ..Self::new(name, script) }
    }

    /// A play of a module from another file.
    pub(crate) fn file(name: &'static str, file: &'static str, script: Vec<ProbeStep>) -> Self {
        Self { module: ProbeModule::File(file), ..Self::new(name, script) }
    }

    /// The same with other settings.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut ProbeSetup)) -> Self {
        change(&mut self.setup);
        self
    }

    /// What the machine is configured with: the guest's probe.
    pub(crate) fn guest(&self) -> &'static str {
        if let ProbeModule::Guest(name) = self.module { name } else { "" }
    }
}

impl Default for ProbeSetup {
    fn default() -> Self {
        Self {
            early_data: Some(8192),
            policy: FailurePolicy::Closed,
            workers: 1,
            environment: BTreeMap::new(),
            allowed: None,
            backend: true,
        }
    }
}

/// A client sends.
pub(crate) fn send(client: usize, bytes: &str) -> ProbeStep {
    ProbeStep::Send(client, bytes.into())
}

/// The server sends.
pub(crate) fn serve(session: usize, bytes: &str) -> ProbeStep {
    ProbeStep::Serve(session, bytes.into())
}

/// The server sends its last words.
pub(crate) fn serve_last(session: usize, bytes: &str) -> ProbeStep {
    ProbeStep::ServeLast(session, bytes.into())
}

/// Time passes.
pub(crate) fn wait(milliseconds: u64) -> ProbeStep {
    ProbeStep::Wait(Duration::from_millis(milliseconds))
}
