//! Quantiles of times, in bounded memory.

/// Times below this are told apart to the millisecond.
const EXACT: usize = 64;
/// How many parts an octave above has: a quantile is at most 3 % too small.
const PARTS: usize = 32;
/// Times above this count as this much: 18 minutes. No list may take so long.
const TIME_MAX: usize = (1 << 20) - 1;
/// The octaves from [`EXACT`] to [`TIME_MAX`].
const OCTAVES: usize = 14;
const LEN: usize = EXACT + PARTS * OCTAVES;

/// How often which time was seen, in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantiles {
    counts: Vec<u64>,
    all: u64,
}

impl Default for Quantiles {
    fn default() -> Self {
        Self { counts: vec![0; LEN], all: 0 }
    }
}

impl Quantiles {
    /// One more.
    pub fn add(&mut self, milliseconds: u64) {
        let time = usize::try_from(milliseconds).unwrap_or(TIME_MAX).min(TIME_MAX);
        if let Some(count) = self.counts.get_mut(place(time)) {
            *count += 1;
            self.all += 1;
        }
    }

    /// The time that `percent` of all are not above; `None` when there is none.
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let wanted = self.all.saturating_mul(percent.min(100)).div_ceil(100).max(1);
        let mut below = 0;
        let place = self.counts.iter().position(|count| {
            below += count;
            below >= wanted
        })?;
        u64::try_from(least(place)).ok()
    }
}

/// Where a time is counted.
fn place(time: usize) -> usize {
    let (time_bits, exact_bits) = (time.checked_ilog2().unwrap_or(0), EXACT.ilog2());
    let Some(octave) = time_bits.checked_sub(exact_bits) else { return time };
    // The highest bit says which octave, the next five which part of it.
    EXACT + octave as usize * PARTS + ((time >> (octave + 1)) - PARTS)
}

/// The shortest time that is counted there.
fn least(place: usize) -> usize {
    let Some(above) = place.checked_sub(EXACT) else { return place };
    (PARTS + above % PARTS) << (above / PARTS + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_sorted_times_to_three_percent() {
        let mut random = fastrand::Rng::with_seed(13);
        for _ in 0..200 {
            let mut time = || {
                let max = 1 << random.u32(1..22);
                random.u64(0..max)
            };
            let mut times: Vec<u64> = (0..=time() % 300).map(|_| time()).collect();
            let mut quantiles = Quantiles::default();
            for time in &times {
                quantiles.add(*time);
            }
            times.sort_unstable();
            for percent in [1, 50, 95, 100] {
                let rank = (times.len() * percent).div_ceil(100).max(1);
                let right = times[rank - 1].min(TIME_MAX as u64);
                let found = quantiles.percentile(percent as u64).unwrap();
                assert!(found <= right && found + found / 31 >= right, "{percent} %: {found} for {right}");
            }
        }
        assert_eq!(Quantiles::default().percentile(50), None);
    }

    #[test]
    fn every_time_has_a_place() {
        for time in [0, 1, EXACT - 1, EXACT, EXACT + 1, 127, 128, TIME_MAX - 1, TIME_MAX] {
            assert!(place(time) < LEN, "{time}");
            assert!(least(place(time)) <= time, "{time}");
        }
        assert_eq!(place(TIME_MAX), LEN - 1);
        let mut quantiles = Quantiles::default();
        quantiles.add(u64::MAX);
        assert_eq!(quantiles.percentile(50), Some(least(LEN - 1) as u64));
    }
}
