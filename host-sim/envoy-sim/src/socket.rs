//! One side of a connection, as its host keeps it.

/// One side's socket with Envoy's buffers around it.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "two directions, and each ends, waits and is full by itself"
)]
pub struct Socket {
    /// What the kernel would hold: it arrives here, and is read when reads are enabled.
    pub inbox: Vec<u8>,
    /// The peer's FIN has arrived.
    pub inbox_end: bool,
    /// What was read and the module has not let pass yet. It stays while the module pauses.
    pub read_buffer: Vec<u8>,
    /// The peer's FIN has been read.
    pub read_end: bool,
    /// The module may touch `read_buffer`: during its data callback, and after it answered Pause.
    pub visible: bool,
    /// The driver was told to stop reading.
    pub reads_stopped: bool,

    /// What the peer is to be sent.
    pub write_buffer: Vec<u8>,
    /// FIN is to follow `write_buffer`.
    pub write_end: bool,
    /// FIN is sent.
    pub write_end_sent: bool,
    /// The driver's queue is full.
    pub congested: bool,
}

impl Socket {
    /// There is something to write and room for it.
    pub fn can_write(&self) -> bool {
        !self.congested && (!self.write_buffer.is_empty() || (self.write_end && !self.write_end_sent))
    }

    /// Takes the bytes to write, and whether FIN follows them.
    pub fn take_writes(&mut self) -> (Vec<u8>, bool) {
        let end = self.write_end && !self.write_end_sent;
        self.write_end_sent |= end;
        (std::mem::take(&mut self.write_buffer), end)
    }

    /// Takes what arrived into the read buffer; false when nothing did.
    pub fn read(&mut self) -> bool {
        let end = self.inbox_end && !self.read_end;
        let something = end || !self.inbox.is_empty();
        self.read_buffer.append(&mut self.inbox);
        self.read_end |= end;
        something
    }

    /// Both directions have ended and everything is sent.
    pub fn both_ended(&self) -> bool {
        self.read_end && self.write_end_sent && self.write_buffer.is_empty()
    }
}
