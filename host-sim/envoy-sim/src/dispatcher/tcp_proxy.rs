//! `envoy.filters.network.tcp_proxy`: chooses a cluster, keeps early data, joins the two connections.

use std::time::Duration;

use super::Dispatcher;
use crate::connection::{Connection, Speaker, UpstreamPhase};
use crate::event::{Effect, UpstreamEnds};
use crate::profile::Profile;
use crate::properties::{CLUSTER, IDLE_TIMEOUT_MS};
use crate::settings::Cluster;
use crate::time::Timer;

/// `tcp_proxy.idle_timeout`, Envoy's default. It runs from the moment the module lets the connection go on.
pub const IDLE_TIMEOUT: Duration = Duration::from_hours(1);

impl Dispatcher {
    /// `onNewConnection`: evaluated once, so the module must have chosen the cluster before. True when the chain goes
    /// on at once, which needs early data.
    pub(super) fn start_proxy(&mut self, context: u32) -> bool {
        let settings = std::rc::Rc::clone(&self.state().settings);
        let now = self.state().now.monotonic;
        let Some(connection) = self.open_stream(context) else { return false };
        connection.proxy_started = true;
        let cluster = text(connection, CLUSTER).unwrap_or_else(|| settings.tcp_proxy.cluster.clone());
        let Some(kind) = settings.clusters.get(&cluster) else {
            // NoClusterFound
            self.abort(context, false);
            return false;
        };
        let id = connection.id;
        connection.upstream.cluster = Some(cluster.clone());
        connection.upstream.phase = UpstreamPhase::Dialling;
        connection.upstream.dialled = now;
        match kind {
            Cluster::Remote => {
                self.state_mut()
                    .timers
                    .set(Timer::Connect(context), now + settings.tcp_proxy.connect_timeout);
                self.emit(Effect::Dial { connection: id, cluster });
            }
            Cluster::Speaker => connection.upstream.speaker = Some(Speaker::default()),
        }
        self.restart_idle(context);
        settings.tcp_proxy.max_early_data_bytes.is_some()
    }

    /// `onData`: everything that the client sent and the module let pass.
    pub(super) fn proxy_client_data(&mut self, context: u32) {
        let max = self.state().settings.tcp_proxy.max_early_data_bytes;
        let Some(connection) = self.open_stream(context) else { return };
        let bytes = std::mem::take(&mut connection.socket.read_buffer);
        let end = connection.socket.read_end;
        let upstream = &mut connection.upstream;
        if upstream.phase == UpstreamPhase::Connected {
            upstream.socket.write_buffer.extend(bytes);
            upstream.socket.write_end |= end;
        } else {
            upstream.early.extend(bytes);
            upstream.early_end |= end;
            upstream.early_full |= max.is_none_or(|max| upstream.early.len() >= max);
        }
        self.restart_idle(context);
    }

    /// The upstream connection stands: early data first, then reads are enabled again.
    pub fn upstream_connected(&mut self, context: u32, ends: Option<UpstreamEnds>) {
        let now = self.state().now.monotonic;
        let Some(connection) = self.open_stream(context) else { return };
        let upstream = &mut connection.upstream;
        if upstream.phase != UpstreamPhase::Dialling {
            return;
        }
        upstream.phase = UpstreamPhase::Connected;
        upstream.ends = ends;
        upstream.ready_after = Some(now.saturating_sub(upstream.dialled));
        upstream.socket.write_buffer = std::mem::take(&mut upstream.early);
        upstream.socket.write_end = upstream.early_end;
        upstream.early_full = false;
        self.state_mut().timers.stop(Timer::Connect(context));
        self.restart_idle(context);
    }

    /// No upstream connection: `max_connect_attempts` is 1, so the client is closed without a word.
    pub fn upstream_refused(&mut self, context: u32) {
        let phase = self.open_stream(context).map(|connection| connection.upstream.phase);
        if phase == Some(UpstreamPhase::Dialling) {
            self.abort(context, false);
        }
    }

    /// The upstream socket has something to read.
    pub fn upstream_bytes(&mut self, context: u32, bytes: Vec<u8>, end: bool) {
        let Some(connection) = self.open_stream(context) else { return };
        if connection.upstream.phase != UpstreamPhase::Connected {
            return;
        }
        connection.upstream.socket.inbox.extend(bytes);
        connection.upstream.socket.inbox_end |= end;
        self.read_upstream(context);
    }

    /// Reads what the server sent, while reads are enabled.
    pub(super) fn read_upstream(&mut self, context: u32) {
        while let Some(connection) = self.open_stream(context) {
            if !connection.upstream_reads_enabled() || !connection.upstream.socket.read() {
                return;
            }
            self.restart_idle(context);
            self.write(context);
            if self.open_stream(context).is_some_and(|connection| connection.upstream.socket.both_ended()) {
                self.upstream_closed(context, false);
            }
        }
    }

    /// The server reset its connection. Since 1.38 the client is reset too; before, what was written is flushed.
    pub fn upstream_reset(&mut self, context: u32) {
        self.upstream_closed(context, true);
    }

    /// The upstream connection is gone.
    pub(super) fn upstream_closed(&mut self, context: u32, reset: bool) {
        let Some(connection) = self.open_stream(context) else { return };
        if connection.upstream.phase != UpstreamPhase::Connected {
            return;
        }
        self.close_upstream(context, false);
        if reset && self.state().settings.profile >= Profile::Envoy1_38 {
            self.abort(context, true);
        } else {
            self.close(context);
        }
    }

    /// Nothing has moved for `tcp_proxy`'s idle timeout.
    pub(super) fn idle_timeout(&mut self, context: u32) {
        self.abort(context, false);
    }

    fn restart_idle(&mut self, context: u32) {
        let now = self.state().now.monotonic;
        let Some(connection) = self.open_stream(context) else { return };
        let own = text(connection, IDLE_TIMEOUT_MS).and_then(|value| value.parse().ok());
        let timeout = own.map_or(IDLE_TIMEOUT, Duration::from_millis);
        if !timeout.is_zero() {
            self.state_mut().timers.set(Timer::Idle(context), now + timeout);
        }
    }
}

/// A filter state as text.
fn text(connection: &Connection, key: &str) -> Option<String> {
    let value = connection.filter_state.get(key)?;
    Some(String::from_utf8_lossy(value).into_owned())
}
