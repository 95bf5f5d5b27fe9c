//! The mail server of a story on a real socket.

use std::io;

use postscreen_scenario::{Sink, Stay};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How much is read at once.
const READ_BYTES: usize = 4096;

/// Serves one session to its end.
///
/// # Errors
///
/// When the connection breaks.
pub async fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut sink = Sink::default();
    stream.write_all(sink.greeting()).await?;
    let mut buffer = [0; READ_BYTES];
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        let mut replies = Vec::new();
        let stay = sink.receive(&buffer[..read], &mut replies);
        stream.write_all(&replies).await?;
        if stay == Stay::Close {
            return stream.shutdown().await;
        }
    }
}
