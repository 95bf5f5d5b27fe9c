//! The probes, as tests that compare two hosts.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use envoy_sim::Profile;
use envoy_suite::runner::SuiteTest;

use crate::cli::NameFilter;
use crate::coverage::Coverage;
use crate::probe::{ProbeModule, ProbePlay};
use crate::shown::{Shown, differences};
use crate::{catalogue, real, simulated};

/// How long Envoy must have shown nothing before the next step, at the first try and at the second.
const QUIET: Duration = Duration::from_millis(100);
const QUIET_SLOW: Duration = Duration::from_millis(500);

/// What `probes.wasm` says when it has no probe of the name that it is given.
const NO_SUCH_PROBE: &str = "there is no probe";

/// The chosen probes, and what plays them.
#[derive(Debug)]
pub(crate) struct Probes {
    chosen: Vec<(String, Rc<ProbePlay>)>,
    envoy: PathBuf,
    guest: Rc<Vec<u8>>,
    /// Where the modules are that are built.
    folder: PathBuf,
    profile: Profile,
    show: bool,
    /// What host-sim has seen the probes call.
    coverage: Rc<RefCell<Coverage>>,
}

// === impl Probes ===

impl Probes {
    pub(crate) fn new(
        envoy: &Path,
        guest: &Path,
        profile: Profile,
        show: bool,
        chosen: impl Fn(&str) -> bool,
    ) -> Result<Self> {
        let folder = guest.parent().map(Path::to_owned).unwrap_or_default();
        let guest = fs::read(guest).with_context(|| {
            format!(
                "probes.wasm is missing: no file {}; `cargo xtask conformance` builds it",
                guest.display()
            )
        })?;
        let named = |probe: ProbePlay| (format!("probe {}", probe.name), Rc::new(probe));
        let chosen = catalogue::all().into_iter().map(named).filter(|(name, _)| chosen(name)).collect();
        Ok(Self {
            chosen,
            envoy: envoy.to_owned(),
            guest: Rc::new(guest),
            folder,
            profile,
            show,
            coverage: Rc::default(),
        })
    }

    pub(crate) fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.chosen.iter().map(|(name, _)| name.as_str())
    }

    /// Checks the document of what the probes cover; they must have been played, and all of them.
    pub(crate) fn check_coverage(&self, document: &Path) -> Result<()> {
        self.coverage.borrow().check(document)
    }

    /// Tests that play the probes whose names are chosen; `patient` gives Envoy more time.
    pub(crate) fn tests(&self, chosen: NameFilter<'_>, patient: bool) -> Vec<SuiteTest> {
        let quiet = if patient { QUIET_SLOW } else { QUIET };
        self.chosen
            .iter()
            .filter(|(name, _)| chosen(name))
            .map(|(name, probe)| {
                let (probe, guest) = (Rc::clone(probe), Rc::clone(&self.guest));
                let (folder, coverage) = (self.folder.clone(), Rc::clone(&self.coverage));
                let (envoy, profile, show) = (self.envoy.clone(), self.profile, self.show);
                SuiteTest::new(name.as_str(), async move |_| {
                    let module = module(&probe, &guest, &folder)?;
                    let real = real::play(&envoy, &probe, &module, quiet).await?;
                    if show {
                        println!("{}: in Envoy\n{real}", probe.name);
                    }
                    let (simulated, calls) = simulated::play(&probe, &module, profile)?;
                    let compared = compare(&simulated, &real);
                    coverage.borrow_mut().add(probe.name, &calls, compared.is_ok());
                    compared.map(|()| String::new())
                })
            })
            .collect()
    }
}

fn module(probe: &ProbePlay, guest: &[u8], folder: &Path) -> Result<Vec<u8>> {
    Ok(match &probe.module {
        ProbeModule::Guest(_) => guest.to_vec(),
        ProbeModule::File(name) => {
            let file = folder.join(name);
            fs::read(&file)
                .with_context(|| format!("no file {}; `cargo xtask conformance` builds it", file.display()))?
        }
        ProbeModule::Text(text) => wat::parse_str(text)?,
        ProbeModule::Bytes(bytes) => bytes.to_vec(),
    })
}

fn compare(simulated: &Shown, real: &Shown) -> Result<()> {
    let strays = |line: &&String| line.contains(NO_SUCH_PROBE);
    ensure!(!real.main.iter().any(|line| strays(&line)), "probes.wasm has no such probe");
    match differences(simulated, real) {
        None => Ok(()),
        Some(diff) => bail!("{diff}"),
    }
}
