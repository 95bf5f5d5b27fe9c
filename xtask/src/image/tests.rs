use super::{ImageName, WrittenImage, lesson, table};

fn written() -> Vec<(ImageName, WrittenImage)> {
    let image = |digit: &str, size, layers| WrittenImage { digest: format!("sha256:{digit}"), size, layers };
    vec![(ImageName::Module, image("11", 191_978, 1)), (ImageName::HostSim, image("22", 11_400_000, 3))]
}

#[test]
fn the_table_has_a_line_for_every_image() {
    let table = table(&written());
    let lines: Vec<String> =
        table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        lines,
        [
            "image layers size digest",
            "target/image/postscreen 1 192.0 kB sha256:11",
            "target/image/host-sim 3 11.4 MB sha256:22"
        ]
    );
}

#[test]
fn how_to_go_on_names_the_images_that_were_written() {
    let version = env!("CARGO_PKG_VERSION");
    let all = lesson(&written());
    let push = |folder, name| {
        format!(
            "  skopeo copy --preserve-digests oci:target/image/{folder}:{version} docker://REGISTRY/{name}:{version}"
        )
    };
    assert!(all.contains(&push("postscreen", "postscreen")), "{all}");
    assert!(all.contains(&push("host-sim", "host-sim")), "{all}");
    assert!(all.contains("  sha256: 11\n"), "{all}");
    let one = lesson(&written()[1..]);
    assert!(!one.contains("postscreen:") && !one.contains("Istio"), "{one}");
}
