//! Debian's stock Postfix behind every screen that we ship relays for no stranger: the parts of `relay-suite`, which
//! `cargo xtask test relay` runs, and its machine, clients and screens for other suites.
//!
//! Everything is real and everything is taken literally: the configurations in `deploy/envoy`, port 25 included, and
//! the lines that the README has for Postfix and for unbound.
//!
//! - [`machine`]: namespaces with addresses, a folder /etc, a resolver and a Postfix of their own;
//! - [`etc`]: the README's lines, and Postfix's configuration as Debian's package writes it, with those lines;
//! - [`screen`]: what stands before the mail server; [`shipped`]: the configurations for Envoy;
//! - [`client`]: who comes;
//! - `checks`: what must be so, and must not;
//! - [`cli`]: the command line.

mod checks;
pub mod cli;
pub mod client;
pub mod etc;
pub mod machine;
pub mod screen;
pub mod shipped;
