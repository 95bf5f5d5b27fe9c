//! The mail server behind both sides: it reads the PROXY header, greets, and swallows the rest.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener, TcpStream as StdStream};
use std::thread;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::{AbortHandle, spawn_local};

const PORT: u16 = 25;
const BACKLOG: u32 = 65_535;
const GREETING: &[u8] = b"220 mx.test ESMTP\r\n";
const BYE: &[u8] = b"221 2.0.0 Bye\r\n";
/// The PROXY protocol, section 2.2: signature, version and command, family; the length of the rest comes after it.
const PROXY_BYTES: usize = 16;
const SINK_BYTES: usize = 1 << 20;

/// Serves many sessions; goes when dropped.
#[derive(Debug)]
pub(crate) struct SmtpSink {
    address: SocketAddr,
    listening: AbortHandle,
}

// === impl SmtpSink ===

impl SmtpSink {
    pub(crate) fn start(address: Ipv4Addr) -> Result<Self> {
        let address = SocketAddr::from((address, PORT));
        let socket = TcpSocket::new_v4()?;
        socket.bind(address).with_context(|| format!("the mail server cannot listen at {address}"))?;
        let listener = socket.listen(BACKLOG)?;
        let listening = spawn_local(async move {
            loop {
                if let Ok((stream, _)) = listener.accept().await {
                    // Clients come and go: an error here ends one session.
                    spawn_local(async move { drop(serve(stream).await) });
                } else {
                    tokio::task::yield_now().await;
                }
            }
        });
        Ok(Self { address, listening: listening.abort_handle() })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Greets, and ends the session at the first line that comes.
async fn serve(mut stream: TcpStream) -> Result<()> {
    let mut header = [0; PROXY_BYTES];
    stream.read_exact(&mut header).await?;
    let mut rest = vec![0; rest_bytes(header)];
    stream.read_exact(&mut rest).await?;
    stream.write_all(GREETING).await?;
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        if stream.read_buf(&mut line).await? == 0 {
            return Ok(());
        }
    }
    stream.write_all(BYE).await?;
    Ok(stream.shutdown().await?)
}

/// Takes all bytes of each client and says how many they were, on threads of its own, as long as the program runs.
pub(crate) fn sink(address: Ipv4Addr) -> Result<SocketAddr> {
    let address = SocketAddr::from((address, PORT));
    let listener =
        StdListener::bind(address).with_context(|| format!("the mail server cannot listen at {address}"))?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever sent bytes hears how many came, or nothing, which is an error there.
            thread::spawn(move || drop(swallow(stream)));
        }
    });
    Ok(address)
}

fn swallow(mut stream: StdStream) -> Result<()> {
    let mut header = [0; PROXY_BYTES];
    stream.read_exact(&mut header)?;
    stream.read_exact(&mut vec![0; rest_bytes(header)])?;
    stream.write_all(GREETING)?;
    let mut buffer = vec![0; SINK_BYTES];
    let mut bytes = 0;
    loop {
        match stream.read(&mut buffer)? {
            0 => break,
            read => bytes += read,
        }
    }
    Ok(stream.write_all(format!("221 {bytes}\r\n").as_bytes())?)
}

/// How many bytes of a PROXY header are left after its fixed part.
fn rest_bytes(header: [u8; PROXY_BYTES]) -> usize {
    let [.., high, low] = header;
    u16::from_be_bytes([high, low]).into()
}
