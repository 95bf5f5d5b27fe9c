//! What the pages of `host-sim` have in common: one HTML file each, which loads nothing and runs no script; their look,
//! light and dark, on a screen and on paper; and the way in which text gets into them.

/// The look that all pages share.
const STYLE: &str = include_str!("style.css");

/// A page.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Its title, as text.
    pub title: &'a str,
    /// What its look has beyond that of all pages, as CSS.
    pub style: &'a str,
    /// What stands in `<body>` before the footer, as HTML.
    pub body: &'a str,
    /// The command that wrote it, as text: `host-sim report`.
    pub command: &'a str,
}

impl Page<'_> {
    /// The whole file.
    pub fn html(&self) -> String {
        let Self { title, style, body, command } = self;
        // Nothing may be loaded, and no script may run, whatever the body has in it.
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             img-src data:; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
             <title>{} — host-sim</title>\n<style>\n{STYLE}{style}</style>\n</head>\n<body>\n{body}\
             <footer>Written by <code>{}</code>. This page loads nothing and runs no script.</footer>\n\
             </body>\n</html>\n",
            escape(title),
            escape(command)
        )
    }
}

/// Text for an element or for an attribute in double quotes: whatever it says, it is only text.
///
/// Everything on a page that is not written in this program goes through here.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_characters_of_markup_are_escaped() {
        assert_eq!(escape("a<b>&\"'c"), "a&lt;b&gt;&amp;&quot;&#39;c");
    }

    #[test]
    fn a_page_loads_nothing() {
        let page =
            Page { title: "<b>", style: ".own {}\n", body: "<main></main>\n", command: "host-sim <i>" }
                .html();
        for word in
            ["http://", "https://", "url(", "@import", " src=", "javascript:", "<script", "<b>", "<i>"]
        {
            assert!(!page.contains(word), "{word}");
        }
        for word in ["default-src 'none'", "<title>&lt;b&gt; — host-sim</title>", ".own {}", "<main></main>"]
        {
            assert!(page.contains(word), "{word}");
        }
    }
}
