//! What is counted, in the text format 0.0.4 of Prometheus.
//!
//! The module's own metrics are named as Envoy names them; [`endpoint`] is where all are fetched.

mod endpoint;
mod module;

use std::collections::BTreeMap;
use std::time::Duration;

use envoy_sim::{Driven, Host, Reloads};
use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, Result,
    TextEncoder,
};

pub(super) use endpoint::serve;

/// Upper bounds of the histogram of answers, in seconds: from a warm cache nearby to `dnsbl_timeout`.
const ANSWER_BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];

/// What the server itself counts.
pub(super) struct Meters {
    registry: Registry,
    open: IntGauge,
    workers_failed: IntGauge,
    machines: IntCounterVec,
    pub accepted: IntCounter,
    pub accept_errors: IntCounter,
    pub refused_by_limit: IntCounter,
    pub refused_by_header: IntCounter,
    pub dials: IntCounter,
    pub dial_failures: IntCounter,
    pub questions: IntCounter,
    pub answers: IntCounter,
    pub question_failures: IntCounter,
    pub question_timeouts: IntCounter,
    answer_seconds: Histogram,
    pub reloads: IntCounter,
    pub reloads_refused: IntCounter,
    pub log_lines_lost: IntCounter,
}

// === impl Meters ===

impl Meters {
    /// Everything at 0.
    pub fn new() -> Result<Self> {
        let registry = Registry::new();
        let counter = |name, help| register(&registry, IntCounter::new(name, help)?);
        let gauge = |name, help| register(&registry, IntGauge::new(name, help)?);
        let by =
            |name, help, label| register(&registry, IntCounterVec::new(Opts::new(name, help), &[label])?);
        let refused = by(
            "host_sim_connections_refused_total",
            "Connections closed before the module heard of them, by reason.",
            "reason",
        )?;
        let reloads = by("host_sim_reloads_total", "Configurations read again, by result.", "result")?;
        let machines = by(
            "host_sim_machine_reloads_total",
            "Machines made anew after their module trapped, by result: Envoy's wasm.NAME.vm_reload_*.",
            "result",
        )?;
        let build = Opts::new("host_sim_build_info", "Always 1; the label tells which program this is.");
        let build = register(&registry, IntGaugeVec::new(build, &["version"])?)?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        let seconds = HistogramOpts::new(
            "host_sim_resolver_answer_seconds",
            "Time from a question to its answer, the wait for its turn included.",
        );
        Ok(Self {
            open: gauge("host_sim_connections_open", "Client connections that are open now.")?,
            workers_failed: gauge("host_sim_workers_failed", "Workers whose module has trapped.")?,
            machines,
            accepted: counter("host_sim_connections_accepted_total", "Client connections accepted.")?,
            accept_errors: counter(
                "host_sim_accept_errors_total",
                "Failed attempts to accept a client, mostly for want of file descriptors.",
            )?,
            refused_by_limit: refused.with_label_values(&["limit"]),
            refused_by_header: refused.with_label_values(&["proxy_header"]),
            dials: counter("host_sim_backend_connects_total", "Attempts to connect to the mail server.")?,
            dial_failures: counter(
                "host_sim_backend_connect_failures_total",
                "Attempts to connect to the mail server that failed.",
            )?,
            questions: counter(
                "host_sim_resolver_questions_total",
                "Questions of the module to the resolver.",
            )?,
            answers: counter("host_sim_resolver_answers_total", "Questions that were answered.")?,
            question_failures: counter(
                "host_sim_resolver_failures_total",
                "Questions that could not be asked.",
            )?,
            question_timeouts: counter(
                "host_sim_resolver_timeouts_total",
                "Questions whose answer the module waited for in vain.",
            )?,
            answer_seconds: register(
                &registry,
                Histogram::with_opts(seconds.buckets(ANSWER_BUCKETS.to_vec()))?,
            )?,
            reloads: reloads.with_label_values(&["applied"]),
            reloads_refused: reloads.with_label_values(&["refused"]),
            log_lines_lost: counter(
                "host_sim_log_lines_lost_total",
                "Lines of the log that could not be written.",
            )?,
            registry,
        })
    }

    /// A question was answered after this time.
    pub fn answered(&self, after: Duration) {
        self.answers.inc();
        self.answer_seconds.observe(after.as_secs_f64());
    }

    /// Everything, the module's metrics included; each name once.
    pub fn text(&self, host: &Host, open: usize) -> Result<String> {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.open.set(count(open));
        self.workers_failed.set(count(host.failed_workers().len()));
        let Reloads { success, failure, backoff } = host.reloads();
        for (result, total) in [("success", success), ("failure", failure), ("backoff", backoff)] {
            let counter = self.machines.with_label_values(&[result]);
            counter.inc_by(total - counter.get());
        }
        let mut families = BTreeMap::new();
        let module = module::families(&host.metrics_by_kind(), &host.distributions());
        for family in self.registry.gather().into_iter().chain(module) {
            // Of two metrics with one name the server's, or else the module's first, is shown.
            families.entry(family.name().to_owned()).or_insert(family);
        }
        let families: Vec<_> = families.into_values().collect();
        TextEncoder::new().encode_to_string(&families)
    }
}

fn register<C: Collector + Clone + 'static>(registry: &Registry, collector: C) -> Result<C> {
    registry.register(Box::new(collector.clone()))?;
    Ok(collector)
}

#[cfg(test)]
mod tests;
