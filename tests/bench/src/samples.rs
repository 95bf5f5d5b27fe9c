//! One figure of every round, and what people want to know of them.

/// Figures in the order of the rounds. All of one thing, in one unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Samples(Vec<f64>);

/// The middle one of the figures, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

// === impl Samples ===

impl Samples {
    pub(crate) fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    pub(crate) fn as_slice(&self) -> &[f64] {
        &self.0
    }

    /// `None` without a figure, or with one that is none.
    pub(crate) fn summary(&self) -> Option<Summary> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let upper = *sorted.get(sorted.len() / 2)?;
        let median =
            if sorted.len().is_multiple_of(2) { upper.midpoint(sorted[sorted.len() / 2 - 1]) } else { upper };
        [min, median, max].iter().all(|figure| figure.is_finite()).then_some(Summary { median, min, max })
    }

    /// Round by round, how many times as much as `theirs`: what disturbed one round has disturbed both of its figures.
    pub(crate) fn over(&self, theirs: &Self) -> Self {
        self.0.iter().zip(&theirs.0).map(|(ours, theirs)| ours / theirs).collect()
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(figures: I) -> Self {
        Self(figures.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
