use super::*;

#[test]
fn a_server_greets_and_replies_in_fragments() {
    let sim = Sim::wat(&open_door("")).traced().start();
    sim.backend("backend", Backend::greeting("220 mx").replying(|_| Reply::bytes("250 Ok")).in_fragments(4));
    let client = sim.connect("203.0.113.9");
    client.assert_received("220 mx");
    client.send("NOOP");
    client.assert_received("250 Ok");
}

#[test]
fn an_echo_closes_after_its_client() {
    let sim = Sim::wat(&open_door("")).start();
    sim.backend("backend", Backend::echo());
    let client = sim.connect("203.0.113.9");
    client.send("a");
    client.assert_received("a");
    client.end();
    client.assert_closed();
}

#[test]
fn a_speaker_sends_back_what_it_was_sent_on_connect() {
    let sim = Sim::wat(&open_door("")).speaker("backend").start();
    let client = sim.connect("203.0.113.9");
    client.assert_received("PROXY TCP4 203.0.113.9 198.51.100.25 40000 25\r\n");
}

#[test]
fn a_server_that_is_not_there_costs_the_client_its_connection() {
    let sim = Sim::wat(&open_door("")).start();
    sim.backend("backend", Backend::refusing());
    let client = sim.connect("203.0.113.9");
    client.assert_closed();
    client.assert_silent();
}

#[test]
fn a_server_that_does_not_answer_is_given_up_after_five_seconds() {
    let sim = Sim::wat(&open_door("")).start();
    sim.backend("backend", Backend::unanswered());
    let client = sim.connect("203.0.113.9");
    let waited = sim.wait_for(Duration::from_mins(1), || client.closing().is_some());
    assert_eq!(waited, Duration::from_secs(5));
}

#[test]
fn a_server_that_does_not_answer_is_refused_by_the_test() {
    let sim = Sim::wat(&open_door("")).start();
    sim.backend("backend", Backend::unanswered());
    let client = sim.connect("203.0.113.9");
    client.upstream().refuse();
    client.assert_closed();
}

#[test]
fn a_reply_may_close_or_break_the_connection() {
    for (reply, closing) in
        [(Reply::bytes("bye").and_close(), Closing::Ended), (Reply::none().and_reset(), Closing::Reset)]
    {
        let sim = Sim::wat(&open_door("")).start();
        sim.backend("backend", Backend::silent().replying(move |_| reply.clone()));
        let client = sim.connect("203.0.113.9");
        client.send("QUIT");
        assert_eq!(client.closing(), Some(closing));
    }
}

#[test]
fn a_server_that_does_not_read_leaves_the_bytes_with_the_host() {
    let sim = Sim::wat(&open_door("")).start();
    let client = sim.connect("203.0.113.9");
    let server = client.upstream();
    server.stop_reading(true);
    client.send("a");
    server.assert_received("");
    server.stop_reading(false);
    server.assert_received("a");
    client.stop_reading(true);
    server.send("b");
    client.assert_silent();
    client.stop_reading(false);
    client.assert_received("b");
}

#[test]
#[should_panic(expected = "there is no cluster mail; the builder knows {\"backend\"}")]
fn a_cluster_that_does_not_exist_is_named() {
    Sim::wat(&open_door("")).start().backend("mail", Backend::silent());
}
