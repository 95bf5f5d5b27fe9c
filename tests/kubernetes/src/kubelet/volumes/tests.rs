use super::*;

fn files(pairs: &[(&str, &str)]) -> ConfigFiles {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

#[test]
fn a_change_swings_one_link_and_leaves_nothing_behind() {
    let volume = tempfile::tempdir().unwrap();
    let volume = volume.path();
    write_config(volume, &files(&[("a", "1"), ("b", "1")])).unwrap();
    let (data, visible) =
        (fs::read_link(volume.join(DATA)).unwrap(), fs::read_link(volume.join("a")).unwrap());
    assert_eq!(visible, Path::new("..data/a"));
    write_config(volume, &files(&[("a", "2"), ("b", "1")])).unwrap();
    assert_eq!(fs::read_to_string(volume.join("a")).unwrap(), "2");
    assert_ne!(fs::read_link(volume.join(DATA)).unwrap(), data);
    assert!(!volume.join(data).exists());
    assert_eq!(fs::read_dir(volume).unwrap().count(), 4);
}

#[test]
fn a_folder_of_a_volume_is_made_and_a_file_is_found_behind_its_links() {
    let root = tempfile::tempdir().unwrap();
    let volumes = Volumes { root: root.path().to_owned(), config_maps: BTreeMap::new() };
    let mount = |sub_path: Option<&str>| VolumeMount {
        name: "v".to_owned(),
        mount_path: "/x".into(),
        sub_path: sub_path.map(Into::into),
        read_only: false,
    };
    fs::create_dir(volumes.folder("v")).unwrap();
    write_config(&volumes.folder("v"), &files(&[("main.cf", "1")])).unwrap();
    assert_eq!(volumes.source(&mount(None)).unwrap(), volumes.folder("v"));
    assert!(volumes.source(&mount(Some("spool"))).unwrap().is_dir());
    let file = volumes.source(&mount(Some("main.cf"))).unwrap();
    assert!(file.ends_with("..0/main.cf"), "{}", file.display());
}
