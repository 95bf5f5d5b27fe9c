//! The embedded mail server: the scenarios' SMTP sink on a loopback socket.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use postscreen_scenario::{Sink, Stay};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// One read.
const READ_BYTES_MAX: usize = 4096;
/// How long a client may be silent (RFC 5321 section 4.5.3.2.7).
const SILENCE_MAX: Duration = Duration::from_mins(5);
/// After a failed accept, which mostly means that there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Listens on a free port of 127.0.0.1, for as long as the runtime lives.
pub(super) fn start() -> std::io::Result<SocketAddr> {
    let listener = super::listen::tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let address = listener.local_addr()?;
    tokio::task::spawn_local(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    tokio::task::spawn_local(async move {
                        // Whoever breaks off an SMTP session need not be told.
                        let _ = session(stream).await;
                    });
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    });
    Ok(address)
}

async fn session(mut stream: TcpStream) -> std::io::Result<()> {
    let mut sink = Sink::default();
    stream.write_all(sink.greeting()).await?;
    let mut bytes = [0; READ_BYTES_MAX];
    loop {
        let len = timeout(SILENCE_MAX, stream.read(&mut bytes)).await??;
        let mut replies = Vec::new();
        let stay = sink.receive(&bytes[..len], &mut replies);
        stream.write_all(&replies).await?;
        if len == 0 || stay == Stay::Close {
            return stream.shutdown().await;
        }
    }
}
