use super::bench::{Bench, start};
use crate::{ConnectionId, Effect};

/// Each line with the connection that it is about, without the canary's and the main thread's.
fn lines(bench: &mut Bench) -> Vec<(String, Option<ConnectionId>)> {
    std::iter::from_fn(|| bench.host.poll_effect())
        .filter_map(|effect| if let Effect::Log(line) = effect { Some(line) } else { None })
        .filter(|line| line.vm == crate::VmId::Worker(0))
        .map(|line| (line.text, line.connection))
        .collect()
}

fn line(text: &str, connection: Option<ConnectionId>) -> (String, Option<ConnectionId>) {
    (text.to_owned(), connection)
}

#[test]
fn a_line_is_about_the_connection_of_the_effective_context() {
    let mut bench = start(
        r#"(func (export "proxy_on_configure") (param i32 i32) (result i32) (call $say (i32.const 1)) (i32.const 1))
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $tick_period (i32.const 10)))
             (call $say (i32.const 2))
             (drop (call $effective (i32.const 1)))
             (call $say (i32.const 3))
             (i32.const 1))
           (func (export "proxy_on_tick") (param i32)
             (call $say (i32.const 4))
             (drop (call $effective (i32.const 2)))
             (call $say (i32.const 5))
             (drop (call $effective (i32.const 0)))
             (call $say (i32.const 6)))"#,
    );
    assert_eq!(lines(&mut bench), [line("001", None)], "the root's callback");
    let client = Some(bench.accept());
    assert_eq!(lines(&mut bench), [line("002", client), line("003", None)], "the stream's callback");
    bench.wait(10);
    let ticked = [line("004", None), line("005", client), line("006", None)];
    assert_eq!(lines(&mut bench), ticked, "the root's callback, on behalf of the stream");
}

#[test]
fn a_line_of_the_hosts_is_about_the_connection_whose_callback_was_running() {
    let mut bench = start(
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $effective (i32.const 1))) unreachable)"#,
    );
    let client = Some(bench.accept());
    let said = lines(&mut bench);
    assert!(said[0].0.starts_with("Function: proxy_on_new_connection failed"), "{said:?}");
    assert!(said.iter().all(|(_, connection)| *connection == client), "{said:?}");
    bench.accept();
    assert_eq!(lines(&mut bench), []);
}
