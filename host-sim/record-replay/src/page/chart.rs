//! Who was served and refused over time, as columns.

use crate::compare::{Bucket, Comparison, Sums};
use crate::words::{number, time};
use std::fmt::Write as _;

/// The height of the tallest column, in units of the drawing; a column is 10 wide.
const HEIGHT: u64 = 100;

/// A chart of what was, and one of what would be, on one scale.
pub(super) fn charts(comparison: &Comparison) -> String {
    let buckets = comparison.hours.buckets();
    let all = |sums: Sums| sums.served + sums.refused + sums.left;
    let tallest =
        buckets.iter().map(|bucket| all(bucket.ends.before).max(all(bucket.ends.after))).max().unwrap_or(0);
    let mut text = LEGEND.to_owned();
    let title = if comparison.is_replay() { "Before" } else { "As it was" };
    text += &chart(title, &buckets, tallest, |bucket| bucket.ends.before);
    if comparison.is_replay() {
        text += &chart("Under the new policy", &buckets, tallest, |bucket| bucket.ends.after);
    }
    text
}

const LEGEND: &str = "<div class=\"legend\"><ul>\n<li class=\"end-served\">served</li>\n\
                      <li class=\"end-refused\">refused</li>\n<li class=\"end-left\">left before the verdict</li>\n\
                      </ul></div>\n";

fn chart(title: &str, buckets: &[Bucket], tallest: u64, sums: impl Fn(&Bucket) -> Sums) -> String {
    let mut bars = String::new();
    let mut total = Sums::default();
    for (index, bucket) in buckets.iter().enumerate() {
        let sums = sums(bucket);
        total += sums;
        let mut top = HEIGHT;
        let mut drawn = 0;
        for (class, count) in
            [("end-served", sums.served), ("end-refused", sums.refused), ("end-left", sums.left)]
        {
            // From the sum below it, so that rounding leaves no gap.
            drawn += count;
            let next = HEIGHT - scaled(drawn, tallest);
            if top > next {
                // Writing into a string does not fail.
                let _ = writeln!(
                    bars,
                    "<rect class=\"{class}\" x=\"{}\" y=\"{next}\" width=\"9\" height=\"{}\"/>",
                    index * 10,
                    top - next
                );
            }
            top = next;
        }
    }
    let (first, last) = (buckets.first(), buckets.last());
    let label = |bucket: Option<&Bucket>| bucket.map(|bucket| time(bucket.from)).unwrap_or_default();
    format!(
        "<figure>\n<figcaption>{title}</figcaption>\n<svg viewBox=\"0 0 {} {HEIGHT}\" preserveAspectRatio=\"none\" \
         role=\"img\" aria-label=\"{title}: {} served, {} refused, {} left; the numbers are in the table \
         below\">\n{bars}</svg>\n<p class=\"ends\"><time>{}</time> <span>{} at most</span> <time>{}</time></p>\n\
         </figure>\n",
        buckets.len() * 10,
        number(total.served),
        number(total.refused),
        number(total.left),
        label(first),
        number(tallest),
        label(last),
    )
}

/// A part of the tallest column's height.
fn scaled(count: u64, tallest: u64) -> u64 {
    u64::try_from(u128::from(count) * u128::from(HEIGHT) / u128::from(tallest.max(1)))
        .unwrap_or(HEIGHT)
        .min(HEIGHT)
}
