//! The mail server of a story on a real socket.

use std::future::pending;
use std::io;
use std::time::Duration;

use postscreen_scenario::{MailSession, Manners, Word};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

/// How much is read at once.
const READ_BYTES: usize = 4096;

/// Serves one session to its end.
///
/// # Errors
///
/// When the connection breaks.
pub async fn serve(mut stream: TcpStream, manners: &Manners) -> io::Result<()> {
    // Pieces are to arrive as they are sent.
    stream.set_nodelay(true)?;
    let began = Instant::now();
    let mut session = MailSession::new(manners, Duration::ZERO);
    let mut buffer = [0; READ_BYTES];
    let mut readable = true;
    loop {
        while let Some(word) = session.next(began.elapsed()) {
            match word {
                Word::Say(bytes) => stream.write_all(&bytes).await?,
                Word::Close => return stream.shutdown().await,
                // Dropped like this, the socket sends RST.
                Word::Reset => return stream.set_zero_linger(),
            }
        }
        let deadline = session.deadline().map(|at| began + at);
        tokio::select! {
            read = stream.read(&mut buffer), if readable => match read? {
                0 => {
                    readable = false;
                    session.client_ended(began.elapsed());
                }
                read => session.receive(&buffer[..read], began.elapsed()),
            },
            () = until(deadline) => {}
        }
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}
