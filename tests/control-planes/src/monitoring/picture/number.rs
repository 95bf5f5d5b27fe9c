//! A value as Grafana writes it.

use crate::monitoring::dashboard::{Field, Unit};

/// From so many of the unit before on, the next one.
type Scale = &'static [(f64, &'static str)];
const SHORT: Scale = &[(1000.0, ""), (1000.0, " K"), (1000.0, " Mil"), (1000.0, " Bil")];
const MILLISECONDS: Scale = &[(1000.0, " ms"), (60.0, " s"), (60.0, " min"), (24.0, " hour")];
const BYTES: Scale = &[(1024.0, " B"), (1024.0, " KiB"), (1024.0, " MiB"), (1024.0, " GiB")];
/// Digits that are shown where nobody says how many.
const DIGITS: usize = 3;
/// And behind the point at most.
const DECIMALS_MAX: usize = 8;

/// With its unit.
pub(super) fn text(value: f64, field: &Field) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let (value, unit) = match field.unit {
        Unit::Locale => (value, ""),
        Unit::Short => scaled(value, SHORT),
        Unit::PercentUnit => (100.0 * value, "%"),
        Unit::Milliseconds => scaled(value, MILLISECONDS),
        Unit::Bytes => scaled(value, BYTES),
    };
    // There is a zero below 0, too.
    let text = format!("{:.*}{unit}", field.decimals.unwrap_or_else(|| decimals(value)), value + 0.0);
    if field.unit == Unit::Locale { with_commas(&text) } else { text }
}

/// A comma between thousands.
fn with_commas(text: &str) -> String {
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut commas = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) && !commas.ends_with('-') {
            commas.push(',');
        }
        commas.push(digit);
    }
    commas + rest
}

fn scaled(mut value: f64, scale: Scale) -> (f64, &'static str) {
    let mut shown = "";
    for (place, (size, unit)) in scale.iter().enumerate() {
        shown = unit;
        if value.abs() < *size || place + 1 == scale.len() {
            break;
        }
        value /= size;
    }
    (value, shown)
}

fn decimals(value: f64) -> usize {
    if value.fract() == 0.0 {
        return 0;
    }
    let (mut size, mut decimals) = (value.abs(), DIGITS - 1);
    while size >= 10.0 && decimals > 0 {
        size /= 10.0;
        decimals -= 1;
    }
    while size < 1.0 && decimals < DECIMALS_MAX {
        size *= 10.0;
        decimals += 1;
    }
    decimals
}

#[cfg(test)]
mod tests;
