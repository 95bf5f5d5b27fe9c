//! The same with a library that knows names: it builds the question, and asks whether a message is its answer.

use super::*;

fn name_of(client: IpAddr, list: &str) -> Name<Vec<u8>> {
    let labels: Vec<String> = match client {
        IpAddr::V4(address) => address.octets().iter().rev().map(ToString::to_string).collect(),
        IpAddr::V6(address) => {
            format!("{:032x}", address.to_bits()).chars().rev().map(String::from).collect()
        }
    };
    Name::vec_from_str(&format!("{}.{list}", labels.join("."))).unwrap()
}

fn built(client: IpAddr, list: &str) -> Message<Vec<u8>> {
    let mut builder = MessageBuilder::new_vec();
    builder.header_mut().set_rd(true);
    let mut builder = builder.question();
    builder.push((name_of(client, list), Rtype::A)).unwrap();
    builder.into_message()
}

fn model(question: &Message<Vec<u8>>, message: &Message<[u8]>) -> Result<(), BadAnswer> {
    if !message.is_answer(question) {
        return Err(BadAnswer::Mismatch);
    }
    if message.header().tc() {
        return Err(BadAnswer::Truncated);
    }
    match message.header().rcode() {
        Rcode::NOERROR | Rcode::NXDOMAIN => Ok(()),
        code => Err(BadAnswer::Rcode(code)),
    }
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).into()),
        any::<[u8; 4]>().prop_map(|octets| octets.map(|octet| octet % 12 * 10).into()),
        any::<u128>().prop_map(|bits| std::net::Ipv6Addr::from_bits(bits).into()),
    ]
}

const LIST: &str = "([A-Za-z0-9_]{1,63}\\.){0,2}[a-z]{1,61}";

proptest! {
    #[test]
    fn a_question_is_the_one_that_a_library_builds(client in address(), list in LIST) {
        let asked = question(&reversed(client), &QuestionTail::from(&list.parse().unwrap())).unwrap();
        let lower = list.to_ascii_lowercase();
        prop_assert_eq!(asked, built(client, &lower).into_octets());
    }

    #[test]
    fn an_answer_to_this_question_is_told_from_others_as_a_library_does(
        client in address(),
        list in LIST,
        damage in proptest::collection::vec((0_usize..100, any::<u8>()), 0..3),
        case in any::<u128>(),
        cut in prop_oneof![Just(usize::MAX), 0_usize..120],
    ) {
        let asked = built(client, &list);
        let mut answer = MessageBuilder::new_vec().start_answer(&asked, Rcode::NOERROR).unwrap();
        answer.push((name_of(client, &list), Ttl::from_secs(60), A::new([127, 0, 0, 2].into()))).unwrap();
        let mut message = answer.finish();
        for (offset, byte) in damage {
            if let Some(damaged) = message.get_mut(offset) {
                *damaged = byte;
            }
        }
        // Resolvers may write letters as they like.
        let name = message.iter_mut().skip(HEADER.len()).take(100).enumerate();
        for (index, byte) in name.filter(|(_, byte)| byte.is_ascii_alphabetic()) {
            *byte ^= if case >> index & 1 == 1 { 0x20 } else { 0 };
        }
        message.truncate(cut);
        if let Ok(message) = Message::from_slice(&message) {
            let tail = QuestionTail::from(&list.parse().unwrap());
            let told = check([&reversed(client).0, &tail.0], message);
            prop_assert_eq!(told, model(&asked, message));
        }
    }
}
