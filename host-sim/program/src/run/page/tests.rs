//! The page as text. What a browser makes of it is the business of `cargo xtask test report`.

use super::*;
use crate::run::record::tests::everything;

fn story(outcome: SectionOutcome) -> Section {
    Section { file: "a/<b>.yaml".to_owned(), about: "It's <i>\"this\"</i> & that.".to_owned(), outcome }
}

fn played(differences: Vec<Difference>) -> SectionOutcome {
    let record = Rc::new(RefCell::new(everything()));
    let metrics = BTreeMap::from([("seen<i>".to_owned(), 3), ("never".to_owned(), 0)]);
    let refused = Some("no: <script>\n\u{1b}".to_owned());
    let virtual_time = Duration::from_millis(2_001);
    SectionOutcome::Played(DrawnPlay { differences, virtual_time, record, refused, metrics })
}

fn difference(how: &str) -> Difference {
    Difference::said("log of <b>", how)
}

fn left_out() -> SectionOutcome {
    SectionOutcome::LeftOut("is for other hosts".to_owned())
}

#[test]
fn nothing_of_a_story_becomes_markup() {
    let mistake = SectionOutcome::Mistake("1:1: `<script>` is no duration".to_owned());
    let stories = [story(played(vec![difference("-<script>\n+</pre><script>")])), story(mistake)];
    let page = page(&stories, "proxy-wasm");
    assert!(!page.contains("<script") && !page.contains("<b>&") && !page.contains("<i>\""), "{page}");
    for text in [
        "&lt;script&gt;alert(1)&lt;/script&gt;\\r\\n",
        "greet_wait: &quot;&lt;i&gt;\\u{1b}&quot; has no number",
        "worker 1, host: Function: &lt;f&gt; failed",
        "CONNECT \\u{1b}[2J\\u{202e}&lt;b&gt;&amp;",
        "a&lt;b&gt; <small>203.0.113.9:1</small>",
        "It&#39;s &lt;i&gt;&quot;this&quot;&lt;/i&gt; &amp; that.",
        "a/&lt;b&gt;.yaml",
        "<del>-&lt;script&gt;</del>\n<ins>+&lt;/pre&gt;&lt;script&gt;</ins>",
        "`&lt;script&gt;` is no duration",
        "no: &lt;script&gt;\n\\u{1b}",
        "<dt><code>seen&lt;i&gt;</code></dt>\n<dd>3</dd>",
    ] {
        assert!(page.contains(text), "{text} is missing:\n{page}");
    }
}

#[test]
fn the_page_loads_nothing() {
    let page = page(&[story(played(Vec::new()))], "proxy-wasm");
    for word in ["http://", "https://", "url(", "@import", " src=", "javascript:"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn the_title_counts_what_failed() {
    let failed = || story(played(vec![difference("x")]));
    for (stories, title) in [
        (vec![story(played(Vec::new())), story(left_out())], "Every story came true"),
        (vec![story(played(Vec::new())), failed()], "One story went another way"),
        (vec![failed(), failed()], "2 stories went another way"),
    ] {
        let page = page(&stories, "proxy-wasm");
        assert!(page.contains(&format!("<title>{title} — host-sim</title>")), "{title}");
        assert!(page.contains(&format!("<h1>{title}</h1>")), "{title}");
    }
}

#[test]
fn stories_that_failed_are_listed_first_and_link_to_their_place() {
    let page = page(&[story(left_out()), story(played(vec![difference("x")]))], "proxy-wasm");
    let (second, first) = (page.find("href=\"#story-2\"").unwrap(), page.find("href=\"#story-1\"").unwrap());
    assert!(second < first);
    assert!(page.find("id=\"story-1\"").unwrap() < page.find("id=\"story-2\"").unwrap());
}

#[test]
fn a_message_marks_what_was_expected_and_what_was_seen() {
    let how = "other bytes arrived\n- expected, + seen\n- \"521\"\n+ \"220\"\n  same";
    let page = page(&[story(played(vec![difference(how)]))], "proxy-wasm");
    for text in [
        "other bytes arrived\n<i>- expected, + seen</i>\n",
        "<del>- &quot;521&quot;</del>\n<ins>+ &quot;220&quot;</ins>\n  same",
    ] {
        assert!(page.contains(text), "{page}");
    }
}
