//! Questions to the page, as expressions of JavaScript. They run whatever the page's own policy forbids.

/// How far the page is wider than its window, in pixels.
pub const OVERFLOW: &str = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

/// Elements that reach out of the window at a side, apart from what scrolls by itself or is cut: their class and text.
pub const OUTSIDE: &str = r#"
[...document.querySelectorAll("body *")].filter(element => {
    const box = element.getBoundingClientRect();
    const cut = element.parentElement.closest("pre, .scroll, .e span");
    return box.width > 0 && (box.right > innerWidth + 0.5 || box.left < -0.5) && !cut;
}).map(element => `${element.tagName}.${element.className}: ${element.textContent.slice(0, 40)}`)
"#;

/// Scripts, pictures and handlers that came out of the stories: there must be none.
pub const ALIVE: &str = r#"
[...document.querySelectorAll("*")].filter(element =>
    ["SCRIPT", "IMG", "IFRAME", "OBJECT", "EMBED", "FORM"].includes(element.tagName)
    || [...element.attributes].some(({ name, value }) => name.startsWith("on") || /javascript:/i.test(value))
).map(element => element.outerHTML.slice(0, 80))
"#;

/// What is loaded from somewhere: everything with an address that is neither inside of the page nor empty.
pub const LOADS: &str = r##"
[...document.querySelectorAll("[src],[href],[srcset],[data],[poster]")].map(element =>
    element.getAttribute("src") ?? element.getAttribute("href") ?? element.outerHTML
).filter(address => !address.startsWith("#") && address !== "data:,")
"##;

/// Headings that jump a level, tables whose columns or rows have no header, and pictures without a text.
pub const UNLABELLED: &str = r#"
(() => {
    const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map(heading => [+heading.tagName[1], heading]);
    const jumps = levels.filter(([level], index) => level > (levels[index - 1]?.[0] ?? 0) + 1);
    const tables = [...document.querySelectorAll("table")].filter(table =>
        !table.querySelector("thead th[scope=col]")
        || [...table.rows].some(row => row.cells.length !== table.rows[0].cells.length)
        || [...table.querySelectorAll("thead th")].some(header => !header.textContent.trim()));
    const pictures = [...document.querySelectorAll("svg")].filter(picture =>
        picture.getAttribute("role") !== "img" || !picture.getAttribute("aria-label"));
    return [...jumps.map(([, heading]) => heading), ...tables, ...pictures].map(each => each.outerHTML.slice(0, 80));
})()
"#;

/// The texts of all elements that match a selector and can be seen.
pub fn visible(selector: &str) -> String {
    format!(
        r#"[...document.querySelectorAll({selector:?})].filter(element => {{
            const box = element.getBoundingClientRect();
            return box.width > 1 && box.height > 1 && getComputedStyle(element).visibility === "visible";
        }}).map(element => element.textContent.trim().replace(/\s+/g, " "))"#
    )
}

/// What crosses the lanes of the story whose title begins with these words: for each lane its name, its labels with the
/// places of their moments, and its lines with their places. All in pixels of the window; `title` is what a line tells.
pub fn crossings(title: &str) -> String {
    format!(
        r#"[...document.querySelectorAll(".story")].filter(story =>
            story.querySelector("h2").textContent.startsWith({title:?})
        ).flatMap(story => [...story.querySelectorAll(".lane")]).map(lane => ({{
            name: lane.querySelector("h3").firstChild.textContent.trim(),
            labels: [...lane.querySelectorAll(".e")].map(label => {{
                const box = label.getBoundingClientRect();
                const x = label.classList.contains("flip") ? box.right : box.left;
                return {{ text: label.textContent.trim(), x }};
            }}),
            lines: [...lane.querySelectorAll(".band")].map(line => {{
                const box = line.getBoundingClientRect();
                const {{ title, ariaHidden, classList }} = line;
                return {{ sort: classList[1], x: (box.left + box.right) / 2, top: box.top, bottom: box.bottom, title,
                    hidden: ariaHidden === "true" }};
            }}),
        }}))"#
    )
}

/// Labels that are cut, each given the focus in turn: those of which some text is still hidden, or that reach out of
/// their track. A label that cannot have the focus is one of them.
pub const HIDDEN_WITH_FOCUS: &str = r#"
[...document.querySelectorAll(".e")].filter(label => {
    const text = label.querySelector("span");
    if (text.scrollWidth <= text.clientWidth) return false;
    label.focus();
    const [box, track] = [label, label.parentElement].map(element => element.getBoundingClientRect());
    return !label.matches(":focus") || text.scrollWidth > text.clientWidth
        || text.getBoundingClientRect().bottom > box.bottom + 1
        || box.left < track.left - 1 || box.right > track.right + 1;
}).map(label => label.textContent)
"#;

/// Pairs of events of one lane whose boxes lie on each other.
pub const ON_EACH_OTHER: &str = r#"
[...document.querySelectorAll(".track")].flatMap(track => {
    const boxes = [...track.querySelectorAll(".e")].map(e => [e.getBoundingClientRect(), e.textContent]);
    return boxes.flatMap(([a, text], index) => boxes.slice(index + 1)
        .filter(([b]) => a.left < b.right - 0.5 && b.left < a.right - 0.5
            && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5)
        .map(([_, other]) => `${text} / ${other}`));
})
"#;

/// Texts whose contrast to what is behind them is less than WCAG 2.2 asks for (level AA, 4.5 to 1).
pub const PALE: &str = r#"
(() => {
    const rgb = colour => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const light = ([r, g, b]) => {
        const part = value => {
            const v = value / 255;
            return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        };
        return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const behind = element => {
        for (let at = element; at; at = at.parentElement) {
            const colour = rgb(getComputedStyle(at).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const own = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    return [...document.querySelectorAll("body *")].filter(own).flatMap(element => {
        const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const box = element.getBoundingClientRect();
        return box.width && contrast < 4.5
            ? [`${element.tagName}.${element.className} ${contrast.toFixed(2)}: ${element.textContent.slice(0, 30)}`]
            : [];
    });
})()
"#;
