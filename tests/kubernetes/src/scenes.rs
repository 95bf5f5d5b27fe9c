//! The pods of the overlays, each with what only it can show.

mod broken;
mod docker_mailserver;
mod host_sim_sidecar;
mod mail_ingress;
mod postfix_sidecar;
mod proxy_from_balancer;
mod shown;

use std::cell::RefCell;

use anyhow::Result;

use crate::kubelet::{Images, Pod};
use crate::mail_server;
use crate::manifest::PodManifest;
use crate::render::Kustomize;
use crate::report::Report;
use crate::world::World;
use shown::{arrives, cannot_relay, server};

/// The mail server in the cluster: its Service and port in mail-ingress.
const MAIL_SERVER: (&str, u16) = ("mail", 2525);
/// `preStop` hooks take so many times less than they say: 90 seconds are six.
const HOOKS_SCALE: u32 = 15;

/// What all scenes share. What is first here goes first.
pub struct Stage {
    /// Where the overlay `mail-ingress` looks for one. It leaves the world before that is gone.
    mail_server: Pod,
    images: Images,
    kustomize: Kustomize,
    world: World,
}

/// One scene's tests.
struct Scene<'a> {
    name: &'static str,
    stage: &'a Stage,
    report: &'a RefCell<Report>,
}

/// All scenes whose name contains one of the words; no word is all. They wait most of the time, so two are played at
/// once.
pub async fn run(stage: &Stage, words: &[String]) -> Report {
    let report = RefCell::new(Report::default());
    macro_rules! scene {
        ($name:literal, $play:path) => {
            if words.is_empty() || words.iter().any(|word| $name.contains(word.as_str())) {
                let mut scene = Scene { name: $name, stage, report: &report };
                if let Err(error) = $play(&mut scene).await {
                    scene.test("the rest can be played", Err(error));
                }
            }
        };
    }
    let ingress = async {
        scene!("mail-ingress", mail_ingress::play);
        scene!("mail-ingress with a mistake", broken::play);
        scene!("mail-ingress+proxy-from-balancer", proxy_from_balancer::play);
    };
    let others = async {
        scene!("postfix-sidecar", postfix_sidecar::play);
        scene!("host-sim-sidecar", host_sim_sidecar::play);
        scene!("docker-mailserver-ingress", docker_mailserver::play_ingress);
        scene!("docker-mailserver-sidecar", docker_mailserver::play_sidecar);
    };
    tokio::join!(ingress, others);
    report.into_inner()
}

// === impl Stage ===

impl Stage {
    /// Sets the world up, with a mail server whose port 2525 reads the header, as docs/mail-servers.md has it.
    pub async fn set(images: Images, kustomize: Kustomize) -> Result<Self> {
        let world = World::set_up().await?;
        let (name, port) = MAIL_SERVER;
        // What is on loopback in our own pod is for the cluster in this one.
        let files = mail_server::files(|master| master.replace("127.0.0.1:2525", "2525     "), "")?;
        let mail_server = Pod::start(name, mail_server::alone(port, files)?, &images, &world).await?;
        mail_server.until_ready().await?;
        world.name(name, mail_server.address());
        Ok(Self { mail_server, images, kustomize, world })
    }
}

// === impl Scene ===

impl Scene<'_> {
    fn test(&mut self, what: &str, result: Result<()>) {
        self.report.borrow_mut().test(self.name, what, result);
    }

    /// Starts a pod whose readiness is a test of its own.
    async fn start(&mut self, name: &str, manifest: PodManifest) -> Result<Pod> {
        let pod = Pod::start(name, manifest, &self.stage.images, &self.stage.world).await?;
        pod.until_ready().await?;
        self.test("the pod starts and is ready", Ok(()));
        Ok(pod)
    }

    /// A mail from a stranger, and one that it wants relayed. `mailbox` is what the recipient has.
    async fn mail(&mut self, pod: &Pod, mailbox: impl Fn() -> String) {
        let result = arrives(server(pod), self.name, mailbox).await;
        self.test("a stranger's mail arrives, and Received: has the true address", result);
        self.test("a stranger cannot relay", cannot_relay(server(pod)).await);
    }
}
