//! A series in blocks of eight heights.

/// The lowest is a value of 0 as well; nothing at all is where there is no value.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const GAP: char = ' ';

/// The axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Axis {
    pub(super) fn new(low: f64, high: f64, logarithmic: bool) -> Self {
        let mut axis = Self { low, high, logarithmic };
        [axis.low, axis.high] = [axis.place(low), axis.place(high)];
        axis
    }

    /// The logarithm is that of one more, so that 0 has a place.
    fn place(&self, value: f64) -> f64 {
        if self.logarithmic { value.max(0.0).ln_1p() } else { value }
    }

    /// A block for each value.
    pub(super) fn draw(&self, values: &[Option<f64>]) -> String {
        values.iter().map(|value| value.map_or(GAP, |value| self.block(value))).collect()
    }

    /// Whatever is above the lowest is higher than the lowest block.
    fn block(&self, value: f64) -> char {
        let [lowest, others @ ..] = BLOCKS;
        let above = self.place(value) - self.low;
        if above <= 0.0 {
            return lowest;
        }
        let share = above / (self.high - self.low);
        let height = (1_u8..).zip(others).find(|&(height, _)| share <= f64::from(height) / 7.0);
        height.map_or(BLOCKS[7], |(_, block)| block)
    }
}

#[cfg(test)]
mod tests;
