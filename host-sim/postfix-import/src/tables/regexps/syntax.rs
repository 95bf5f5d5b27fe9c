//! The lines of `pcre:` and `regexp:` tables.

/// One line.
pub enum Statement {
    Rule(Pattern, String),
    If(Pattern),
    Endif,
}

/// `!/pattern/flags`
#[derive(Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What stands between the delimiters; with `\A` before it for flag `A` of `pcre:`, which is about the beginning.
    pub text: String,
    /// Whether the rule is about whatever does not match.
    pub negated: bool,
    /// Flag `i`: Postfix's patterns match in any case without it.
    pub case_sensitive: bool,
    /// Flag `x` of `pcre:`: blanks in the pattern do not count.
    pub extended: bool,
}

/// Whether a line was to open a block, even if it cannot be read.
pub fn opens_block(line: &str) -> bool {
    keyword(line, "if").is_some()
}

/// Reads a line; the error says why not.
pub fn statement(line: &str, pcre: bool) -> Result<Statement, String> {
    if keyword(line, "endif").is_some() {
        return Ok(Statement::Endif);
    }
    if let Some(rest) = keyword(line, "if") {
        return Ok(Statement::If(pattern(rest.trim(), pcre)?.0));
    }
    if line.starts_with(char::is_alphanumeric) {
        return Err("expected /pattern/, if or endif".to_owned());
    }
    let (pattern, result) = pattern(line, pcre)?;
    Ok(Statement::Rule(pattern, result.trim().to_owned()))
}

/// What follows `word` at the beginning of a line, in any case.
fn keyword<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    let (begin, rest) = line.split_at_checked(word.len())?;
    (begin.eq_ignore_ascii_case(word) && !rest.starts_with(char::is_alphanumeric)).then_some(rest)
}

/// A pattern, and what follows it. Its first character is what it is delimited by.
fn pattern(text: &str, pcre: bool) -> Result<(Pattern, &str), String> {
    let begin = text.trim_start_matches(|c: char| c == '!' || c.is_whitespace());
    let negated = text[..text.len() - begin.len()].matches('!').count() % 2 == 1;
    let delimiter = begin.chars().next().ok_or("there is no pattern")?;
    let inside = &begin[delimiter.len_utf8()..];
    let end = closing(inside, delimiter).ok_or_else(|| format!("there is no second {delimiter}"))?;
    let (text, rest) = (inside[..end].to_owned(), &inside[end + delimiter.len_utf8()..]);
    let (flags, rest) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
    let mut pattern = Pattern { text, negated, case_sensitive: false, extended: false };
    let mut anchored = false;
    for flag in flags.chars() {
        match flag {
            'i' => pattern.case_sensitive = !pattern.case_sensitive,
            'x' if pcre => pattern.extended = !pattern.extended,
            'A' if pcre => anchored = !anchored,
            // They are about line ends, of which keys have none, or make mistakes of what is obsolete.
            'm' => {}
            's' | 'E' | 'X' if pcre => {}
            'x' => return Err("basic regular expressions cannot be read here".to_owned()),
            'U' if pcre => return Err("the flag U cannot be read here".to_owned()),
            other => return Err(format!("there is no flag {other:?}")),
        }
    }
    if anchored {
        pattern.text = format!(r"\A(?:{})", pattern.text);
    }
    Ok((pattern, rest))
}

/// Where the delimiter stands again, without a backslash before it.
fn closing(text: &str, delimiter: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == delimiter && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

/// A piece of a result.
enum Piece<'r> {
    Text(&'r str),
    Group(usize),
}

/// A result taken apart: `$$` is a dollar sign, `$1`, `${1}` and `$(1)` a group.
fn pieces(result: &str) -> Result<Vec<Piece<'_>>, String> {
    let (mut pieces, mut rest) = (Vec::new(), result);
    while let Some((before, after)) = rest.split_once('$') {
        pieces.push(Piece::Text(before));
        if let Some(behind) = after.strip_prefix('$') {
            pieces.push(Piece::Text("$"));
            rest = behind;
            continue;
        }
        let braced = |open: char, close: char| after.strip_prefix(open)?.split_once(close);
        let plain = || {
            after
                .split_at(after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len()))
        };
        let (name, behind) = braced('{', '}').or_else(|| braced('(', ')')).unwrap_or_else(plain);
        let group = name.parse().ok().filter(|&group| group > 0);
        pieces.push(Piece::Group(group.ok_or_else(|| format!("there is no group \"{name}\""))?));
        rest = behind;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

/// The groups that a result refers to.
pub fn groups(result: &str) -> Result<Vec<usize>, String> {
    let group = |piece| if let Piece::Group(group) = piece { Some(group) } else { None };
    Ok(pieces(result)?.into_iter().filter_map(group).collect())
}

/// A result with its groups filled in.
pub fn filled_in<'t>(result: &str, group: impl Fn(usize) -> Option<&'t str>) -> String {
    let text = |piece| match piece {
        Piece::Text(text) => text,
        Piece::Group(number) => group(number).unwrap_or_default(),
    };
    pieces(result).unwrap_or_default().into_iter().map(text).collect()
}

/// A POSIX extended regular expression in the syntax of PCRE: inside `[…]` a backslash is a character like any other.
pub fn from_posix(pattern: &str) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        match c {
            '\\' => out.extend(chars.next()),
            '[' => {
                out.extend(chars.next_if_eq(&'^'));
                // First of all, `]` does not end the set.
                if chars.next_if_eq(&']').is_some() {
                    out.push_str(r"\]");
                }
                while let Some(c) = chars.next() {
                    match c {
                        ']' => {
                            out.push(c);
                            break;
                        }
                        '[' if chars.peek() == Some(&':') => {
                            out.push(c);
                            for c in chars.by_ref() {
                                out.push(c);
                                if c == ']' {
                                    break;
                                }
                            }
                        }
                        '\\' | '[' | '&' | '~' => out.extend(['\\', c]),
                        c => out.push(c),
                    }
                }
            }
            _ => {}
        }
    }
    out
}
