use std::io::IoSlice;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use std::os::fd::AsFd as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::task::LocalSet;

use super::*;

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, work)
}

/// What postscreen does with a client.
async fn hand_on(client: &TcpStream, to: &Path) -> io::Result<UnixStream> {
    let mut channel = pass(client, to).await?;
    channel.write_all(b"client_address\x00127.0.0.1\0\0").await?;
    Ok(channel)
}

/// Only the socket, not yet its attributes.
async fn pass(client: &TcpStream, to: &Path) -> io::Result<UnixStream> {
    let channel = UnixStream::connect(to).await?;
    let sockets = [client.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(&sockets)));
    sendmsg(&channel, &[IoSlice::new(b"\0")], &mut control, SendFlags::empty())?;
    Ok(channel)
}

/// A connection to nowhere: the client's end and the server's.
async fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    (client, listener.accept().await.unwrap().0)
}

#[test]
fn a_client_that_is_handed_on_is_served() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receiver");
        let receiver = Receiver::start(&path, &MailServer::default()).unwrap();
        let (mut client, server) = connection().await;
        let mut channel = hand_on(&server, &path).await.unwrap();
        drop(server);
        assert_eq!(channel.read(&mut [0]).await.unwrap(), 0, "the channel is closed: no longer in transit");
        let mut greeting = [0; 19];
        client.read_exact(&mut greeting).await.unwrap();
        assert_eq!(&greeting, b"220 mx.test ESMTP\r\n");
        assert_eq!(receiver.clients(), [client.local_addr().unwrap()]);
    });
}

#[test]
fn a_busy_server_leaves_clients_in_transit() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receiver");
        let receiver = Receiver::start(&path, &MailServer::Busy).unwrap();
        let (_client, server) = connection().await;
        let mut channel = hand_on(&server, &path).await.unwrap();
        let read = timeout(Duration::from_millis(200), channel.read(&mut [0])).await;
        assert!(read.is_err(), "the channel stays open");
        assert!(receiver.clients().is_empty());
    });
}

#[test]
fn a_server_that_is_not_there_refuses() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receiver");
        let _receiver = Receiver::start(&path, &MailServer::Refuses).unwrap();
        let (_client, server) = connection().await;
        let error = hand_on(&server, &path).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    });
}

#[test]
fn attributes_are_read_to_their_end_and_no_further_than_1024_bytes() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receiver");
        let receiver = Receiver::start(&path, &MailServer::default()).unwrap();
        for (length, is_served) in [(1_023, false), (1_024, true), (1_025, true)] {
            let (client, server) = connection().await;
            let mut channel = pass(&server, &path).await.unwrap();
            channel.write_all(&vec![b'a'; length]).await.unwrap();
            let _ = timeout(Duration::from_millis(200), client.readable()).await;
            let found = receiver.clients().contains(&client.local_addr().unwrap());
            assert_eq!(found, is_served, "{length}");
        }
    });
}
