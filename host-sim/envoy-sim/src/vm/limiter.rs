//! The limit on a machine's memory.

use wasmtime::ResourceLimiter;

/// Elements of one table, as in V8.
pub(crate) const TABLE_ELEMENTS_MAX: usize = 10_000_000;

/// Counts the memory of one machine, and refuses what is too much.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_bytes_max: usize,
    memory_bytes: usize,
    /// The first thing that was refused in this call.
    refused: Option<Refused>,
    /// A refusal that the module survives is told once.
    told: bool,
}

/// What a module wanted and did not get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Memory { wanted: usize, max: usize },
    Table { wanted: usize },
}

impl Limiter {
    pub fn new(memory_bytes_max: usize) -> Self {
        Self { memory_bytes_max, memory_bytes: 0, refused: None, told: false }
    }

    /// A call begins.
    pub fn begin(&mut self) {
        self.refused = None;
    }

    /// What was refused in the call that has just failed.
    pub fn refused(&self) -> Option<Refused> {
        self.refused
    }

    /// What was refused in the call that has just returned, if it is the first time.
    pub fn refused_first(&mut self) -> Option<Refused> {
        let refused = self.refused.filter(|_| !self.told)?;
        self.told = true;
        Some(refused)
    }
}

impl ResourceLimiter for Limiter {
    /// The limit is on the sum of all memories. A module's own maximum is wasmtime's business.
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let sum = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        if sum > self.memory_bytes_max {
            let refused = Refused::Memory { wanted: sum, max: self.memory_bytes_max };
            self.refused.get_or_insert(refused);
            return Ok(false);
        }
        if maximum.is_none_or(|maximum| desired <= maximum) {
            self.memory_bytes = sum;
        }
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > TABLE_ELEMENTS_MAX {
            self.refused.get_or_insert(Refused::Table { wanted: desired });
            return Ok(false);
        }
        Ok(true)
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Memory { wanted, max } => {
                write!(f, "it wanted {wanted} bytes of memory, and the limit is {max}")
            }
            Self::Table { wanted } => {
                write!(f, "it wanted a table of {wanted} elements, and the limit is {TABLE_ELEMENTS_MAX}")
            }
        }
    }
}

#[cfg(test)]
mod tests;
