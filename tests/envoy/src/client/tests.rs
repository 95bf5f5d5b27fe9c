use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{Farewell, SmtpClient, proxy_header};

const FROM: &str = "203.0.113.9:40001";

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[tokio::test]
async fn the_proxy_header_comes_first_and_the_first_bytes_right_after() {
    let (listener, address) = listener().await;
    let client = SmtpClient::connect(address, FROM.parse().unwrap(), b"EHLO x\r\n").await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    drop(client);
    let mut got = String::new();
    server.read_to_string(&mut got).await.unwrap();
    assert_eq!(got, "PROXY TCP4 203.0.113.9 198.51.100.25 40001 25\r\nEHLO x\r\n");
}

#[tokio::test]
async fn other_bytes_than_expected_are_shown() {
    let (listener, address) = listener().await;
    let mut client = SmtpClient::connect(address, FROM.parse().unwrap(), b"").await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    server.write_all(b"521 no\r\n").await.unwrap();
    let error = client.expect("220 ok\r\n").await.unwrap_err().to_string();
    assert_eq!(error, r#"expected "220 ok\r\n", got "521 no\r\n""#);
}

#[tokio::test]
async fn a_farewell_tells_a_fin_from_a_reset() {
    for in_order in [true, false] {
        let (listener, address) = listener().await;
        let client = SmtpClient::connect(address, FROM.parse().unwrap(), b"").await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        let mut header = [0; 47];
        server.read_exact(&mut header).await.unwrap();
        if !in_order {
            server.set_zero_linger().unwrap();
        }
        drop(server);
        assert_eq!(client.farewell().await.unwrap(), Farewell { text: String::new(), in_order });
    }
}

#[test]
fn odd_ports_get_a_header_of_one_line() {
    assert_eq!(
        String::from_utf8(proxy_header("203.0.113.9:40001".parse().unwrap())).unwrap(),
        "PROXY TCP4 203.0.113.9 198.51.100.25 40001 25\r\n"
    );
    assert_eq!(
        String::from_utf8(proxy_header("[2001:db8::9]:40001".parse().unwrap())).unwrap(),
        "PROXY TCP6 2001:db8::9 2001:db8::25 40001 25\r\n"
    );
}

#[test]
fn even_ports_get_a_header_in_binary_form() {
    let header_v4 = proxy_header("203.0.113.9:40000".parse().unwrap());
    assert_eq!(header_v4[..16], *b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c");
    assert_eq!(header_v4[16..], [203, 0, 113, 9, 198, 51, 100, 25, 0x9c, 0x40, 0, 25]);
    let header_v6 = proxy_header("[2001:db8::9]:40000".parse().unwrap());
    assert_eq!(header_v6[..16], *b"\r\n\r\n\0\r\nQUIT\n\x21\x21\x00\x24");
    assert_eq!(header_v6.len(), 16 + 36);
}
