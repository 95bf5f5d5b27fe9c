//! The host against small modules: each test is one fact about Envoy.

mod bad_modules;
mod bench;
mod buffers;
mod callouts;
mod closing;
mod damage;
mod failing;
mod holding;
mod limits;
mod loading;
mod reconfiguring;
mod reloading;
mod shutting_down;
mod speaking;
mod starting;
mod state;
mod ticking;
mod upstream;
mod using_up;
