//! What the host must have: a resolver, an echo listener, PROXY headers, health checks.

use super::pair::Pair;
use super::served::networks;
use super::{Difference, Topic};
use crate::policy::UpstreamProxy;

pub fn differences(pair: Pair<'_>) -> Vec<Difference> {
    let found = [
        probes(pair),
        upstream_proxy_protocol(pair),
        upstream_proxy_timeout(pair),
        pair.text(
            Topic::Host,
            "resolver.cluster",
            |policy| &policy.resolver.cluster,
            |_, now| vec![format!("DNS questions go to the Envoy cluster {now:?}: the host must have it.")],
        ),
        pair.text(
            Topic::Host,
            "resolver.authority",
            |policy| &policy.resolver.authority,
            |_, now| vec![format!("DNS questions name {now:?} as the host that they are for.")],
        ),
        pair.text(
            Topic::Host,
            "resolver.path",
            |policy| &policy.resolver.path,
            |_, now| vec![format!("DNS questions go to the path {now:?} of the resolver.")],
        ),
        pair.text(
            Topic::Host,
            "lane.speaker_cluster",
            |policy| &policy.lane.speaker_cluster,
            |_, now| {
                vec![format!(
                    "Clients that are refused are sent to the Envoy cluster {now:?}: the host must have it."
                )]
            },
        ),
    ];
    found.into_iter().flatten().collect()
}

fn probes(pair: Pair<'_>) -> Option<Difference> {
    let what = "Clients of these networks that only connect and leave are neither logged nor counted.";
    networks(Topic::Host, "probes", &pair.old.probes, &pair.new.probes, || vec![what.to_owned()])
}

fn upstream_proxy_protocol(pair: Pair<'_>) -> Option<Difference> {
    let value = |policy: &crate::Policy| format!("{:?}", policy.upstream_proxy_protocol.to_string());
    pair.plain(Topic::Host, "upstream_proxy_protocol", value, |_, _| {
        vec![
            match pair.new.upstream_proxy_protocol {
                UpstreamProxy::Haproxy => {
                    "Every connection must begin with a PROXY protocol header; one without it is refused (421)."
                }
                UpstreamProxy::None => {
                    "The host says who the client is; a PROXY protocol header would be talk before its turn."
                }
            }
            .to_owned(),
        ]
    })
}

fn upstream_proxy_timeout(pair: Pair<'_>) -> Option<Difference> {
    pair.span(
        Topic::Host,
        "upstream_proxy_timeout",
        |policy| policy.upstream_proxy_timeout,
        |now| {
            vec![match pair.new.upstream_proxy_protocol {
                UpstreamProxy::Haproxy => {
                    format!("A connection without a PROXY protocol header is refused after {now}.")
                }
                UpstreamProxy::None => {
                    "No header is waited for (upstream_proxy_protocol is empty), so this has no effect yet."
                        .to_owned()
                }
            }]
        },
    )
}
