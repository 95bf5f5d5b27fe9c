//! The configuration, as modules of ABI 0.1.0 ask for it.

use super::{Args, HostCallError, Guest};

/// `proxy_get_configuration`: the plugin's while it is configured, the machine's at any other time.
pub(super) fn get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let state = guest.state();
    let settings = &state.settings;
    let configuration =
        if state.configuring { &settings.plugin_configuration } else { &settings.vm_configuration };
    let configuration = configuration.clone();
    guest.give(&configuration, args.u32(0), args.u32(1))
}
