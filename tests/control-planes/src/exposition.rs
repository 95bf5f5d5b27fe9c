//! The text in which Envoy shows metrics to Prometheus.

/// The value of a metric that has these labels, whatever others it has.
pub fn sample(text: &str, name: &str, labels: &[(&str, &str)]) -> Option<String> {
    text.lines().find_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let (found, rest) = series.split_once('{')?;
        let has = |(label, value): &(&str, &str)| {
            rest.trim_end_matches('}').split(',').any(|pair| pair == format!("{label}=\"{value}\""))
        };
        if found == name && labels.iter().all(has) { Some(value.to_owned()) } else { None }
    })
}

#[cfg(test)]
mod tests;
