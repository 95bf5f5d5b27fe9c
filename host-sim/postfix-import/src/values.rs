//! One value in Postfix's words, as JSON in ours.

use postscreen_engine::policy::Period;
use serde_json::{Value, json};

use super::access;
use super::context::{Context, Setting};
use super::networks;
use super::parameters::Kind;
use super::problem::Mistake;
use super::reply_map;
use super::smtpd_words;
use super::split::entries;

/// What a setting becomes.
pub struct Written {
    pub value: Value,
    /// Of a list, the entries as they stand in the file.
    pub tokens: Vec<String>,
}

/// Reads a value. `stressed` is the same value as postscreen sees it under stress.
pub fn read(
    kind: Kind,
    setting: &Setting,
    stressed: &str,
    context: &mut Context,
) -> Result<Written, Mistake> {
    let value = match kind {
        Kind::AccessList => access::rules(setting, context),
        Kind::Flag => flag(setting)?,
        Kind::ForbiddenCommands => {
            let (value, tokens) = smtpd_words::forbidden_commands(setting, context);
            return Ok(Written { value, tokens });
        }
        Kind::KeywordMaps => smtpd_words::keyword_maps(setting, context),
        Kind::Keywords => smtpd_words::keywords(setting, context),
        Kind::Networks => json!(networks::patterns(setting, context)?),
        Kind::Number => number(setting)?,
        Kind::ReplyMap => reply_map::read(setting, context),
        Kind::Sites => {
            let tokens: Vec<_> = entries(&setting.value).into_iter().map(str::to_owned).collect();
            return Ok(Written { value: json!(tokens), tokens });
        }
        Kind::Text(_) => json!(setting.value),
        Kind::Time(unit) => json!(format!("{}s", seconds(setting, &setting.value, unit)?)),
        Kind::StressTime(unit) => {
            let normal = seconds(setting, &setting.value, unit)?;
            match seconds(setting, stressed, unit)? {
                stressed if stressed != normal => json!(format!("${{stress?{{{stressed}}}:{{{normal}}}}}s")),
                _ => json!(format!("{normal}s")),
            }
        }
    };
    Ok(Written { value, tokens: Vec::new() })
}

fn flag(setting: &Setting) -> Result<Value, Mistake> {
    match setting.value.to_ascii_lowercase().as_str() {
        "yes" => Ok(json!(true)),
        "no" => Ok(json!(false)),
        _ => Err(setting.mistake(&setting.value, "expected yes or no")),
    }
}

fn number(setting: &Setting) -> Result<Value, Mistake> {
    let number: Result<i64, _> = setting.value.parse();
    number.map(|number| json!(number)).map_err(|_| setting.mistake(&setting.value, "expected a whole number"))
}

/// Postfix's times: a whole number, and a unit or the parameter's own. What follows the unit does not count.
fn seconds(setting: &Setting, value: &str, unit: char) -> Result<u64, Mistake> {
    let expected = || {
        let expected = format!("expected a whole number and a unit (s, m, h, d or w), or without: {unit}");
        setting.mistake(value, expected)
    };
    let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    let (digits, rest) = value.split_at(end);
    let number: u64 = digits.parse().map_err(|_| expected())?;
    let scale = Period::unit_seconds(rest.chars().next().unwrap_or(unit)).ok_or_else(expected)?;
    Ok(number.saturating_mul(scale))
}

#[cfg(test)]
mod tests;
