use super::*;

fn ask(name: &str, rtype: Rtype) -> (Rcode, usize, usize) {
    let servers = DnsServers::default();
    servers.name("mail.test", Ipv4Addr::new(192, 0, 2, 9));
    let mut question = MessageBuilder::new_vec().question();
    question.push((name.parse::<Name<Vec<u8>>>().unwrap(), rtype)).unwrap();
    let answer = servers.answer(&question.finish()).unwrap();
    let answer = Message::from_octets(answer).unwrap();
    let counts = answer.header_counts();
    (answer.header().rcode(), counts.ancount().into(), counts.nscount().into())
}

#[test]
fn names_that_are_there_have_an_address_and_nothing_else() {
    assert_eq!(ask("mail.test", Rtype::A), (Rcode::NOERROR, 1, 0));
    assert_eq!(ask("MAIL.test", Rtype::A), (Rcode::NOERROR, 1, 0));
    assert_eq!(ask("mail.test", Rtype::AAAA), (Rcode::NOERROR, 0, 1));
    assert_eq!(ask("other.test", Rtype::A), (Rcode::NXDOMAIN, 0, 1));
}

#[test]
fn the_root_names_a_server_of_its_own() {
    assert_eq!(ask(".", Rtype::NS), (Rcode::NOERROR, 1, 0));
}
