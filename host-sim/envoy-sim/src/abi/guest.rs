//! The module as its host functions see it (its memory, its allocator, the state of its machine), and what they answer.

use wasmtime::{AsContext, AsContextMut, Caller, Val};

use crate::vm::State;

/// The arguments of one call, in the order of the table.
pub(crate) struct Args<'a>(pub &'a [Val]);

impl Args<'_> {
    /// The `i32` at `index`, as the ABI means it: unsigned. The linker has checked the types.
    pub fn u32(&self, index: usize) -> u32 {
        match self.0[index] {
            Val::I32(value) => value.cast_unsigned(),
            ref other => unreachable!("the linker checked that this is an i32: {other:?}"),
        }
    }

    /// The `i64` at `index`.
    pub fn i64(&self, index: usize) -> i64 {
        match self.0[index] {
            Val::I64(value) => value,
            ref other => unreachable!("the linker checked that this is an i64: {other:?}"),
        }
    }
}

/// The module in the middle of a host call.
pub(crate) struct Guest<'a> {
    pub caller: Caller<'a, State>,
}

impl Guest<'_> {
    /// The state of this machine.
    pub fn state(&mut self) -> &mut State {
        self.caller.data_mut()
    }

    /// A copy of `len` bytes at `ptr`. Envoy: `InvalidMemoryAccess` when they are not all inside the memory.
    pub fn bytes(&self, ptr: u32, len: u32) -> Result<Vec<u8>, HostCallError> {
        let memory = self.caller.data().memory.ok_or(Status::InvalidMemoryAccess)?;
        let (start, len) = (ptr as usize, len as usize);
        let data = memory.data(self.caller.as_context());
        let end = start.checked_add(len).ok_or(Status::InvalidMemoryAccess)?;
        Ok(data.get(start..end).ok_or(Status::InvalidMemoryAccess)?.to_vec())
    }

    /// As [`Guest::bytes`], for names; anything that is not UTF-8 is shown with replacement characters.
    pub fn text(&self, ptr: u32, len: u32) -> Result<String, HostCallError> {
        Ok(String::from_utf8_lossy(&self.bytes(ptr, len)?).into_owned())
    }

    /// Writes `bytes` to `ptr`.
    pub fn write(&mut self, ptr: u32, bytes: &[u8]) -> Result<(), HostCallError> {
        let memory = self.caller.data().memory.ok_or(Status::InvalidMemoryAccess)?;
        memory
            .write(self.caller.as_context_mut(), ptr as usize, bytes)
            .map_err(|_| Status::InvalidMemoryAccess.into())
    }

    /// Writes a little-endian `u32` to `ptr`.
    pub fn write_u32(&mut self, ptr: u32, value: u32) -> Result<(), HostCallError> {
        self.write(ptr, &value.to_le_bytes())
    }

    /// Hands `bytes` to the module in memory of its own, address at `ptr_out`, length at `len_out`. Nothing is
    /// allocated for nothing: then both are 0.
    ///
    /// The allocator is the module's: `malloc`, else `proxy_on_memory_allocate`.
    pub fn give(&mut self, bytes: &[u8], ptr_out: u32, len_out: u32) -> Result<(), HostCallError> {
        let (ptr, len) = self.allocate(bytes)?;
        self.write_u32(ptr_out, ptr)?;
        self.write_u32(len_out, len)
    }

    /// `bytes` in memory of the module's own: address and length.
    pub fn allocate(&mut self, bytes: &[u8]) -> Result<(u32, u32), HostCallError> {
        let len = u32::try_from(bytes.len()).map_err(|_| Status::InvalidMemoryAccess)?;
        let ptr = if len > 0 { self.place(bytes)? } else { 0 };
        Ok((ptr, len))
    }

    /// The address of `bytes` in memory of the module's own, whose allocator is asked even for none at all.
    pub fn place(&mut self, bytes: &[u8]) -> Result<u32, HostCallError> {
        let len = u32::try_from(bytes.len()).map_err(|_| Status::InvalidMemoryAccess)?;
        let allocate = self.caller.data().allocate.clone().ok_or(Status::InvalidMemoryAccess)?;
        self.state().allocating = true;
        self.state().allocations += 1;
        let allocated = allocate.call(self.caller.as_context_mut(), len);
        self.state().allocating = false;
        let ptr = allocated?;
        if ptr == 0 && len > 0 {
            return Err(Status::InvalidMemoryAccess.into());
        }
        self.write(ptr, bytes)?;
        Ok(ptr)
    }
}

/// `proxy_result_t`, the numbers of ABI 0.2.1. Those that Envoy never answers are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Status {
    Ok = 0,
    NotFound = 1,
    BadArgument = 2,
    SerializationFailure = 3,
    ParseFailure = 4,
    InvalidMemoryAccess = 6,
    Empty = 7,
    CasMismatch = 8,
    InternalFailure = 10,
    Unimplemented = 12,
}

/// Why a host function did not do what it was asked.
#[derive(Debug)]
pub(crate) enum HostCallError {
    /// The module is told.
    Status(Status),
    /// The machine cannot go on.
    Trap(wasmtime::Error),
}

impl From<Status> for HostCallError {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

impl From<wasmtime::Error> for HostCallError {
    fn from(error: wasmtime::Error) -> Self {
        Self::Trap(error)
    }
}
