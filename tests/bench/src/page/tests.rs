use super::*;

#[test]
fn what_stands_between_the_comments_is_replaced_and_nothing_else() {
    let page = "# Title\n\n<!-- bench -->\nold\nolder\n<!-- end of bench -->\n\nMore.\n";
    let once = with_table(page, "| new |\n").unwrap();
    assert_eq!(once, "# Title\n\n<!-- bench -->\n| new |\n<!-- end of bench -->\n\nMore.\n");
    assert_eq!(with_table(&once, "| new |\n").unwrap(), once);
}

#[test]
fn a_page_without_the_comments_is_left_alone() {
    assert!(with_table("# Title\n", "| new |\n").unwrap_err().to_string().contains("<!-- bench -->"));
    assert!(with_table("<!-- bench -->\n", "").unwrap_err().to_string().contains("<!-- end of bench -->"));
}
