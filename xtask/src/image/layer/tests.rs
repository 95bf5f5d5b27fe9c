use std::io::Read as _;

use flate2::read::GzDecoder;
use tar::Archive;

use super::{Layer, LayerEntry, digest};

fn entries() -> Vec<(String, LayerEntry)> {
    vec![
        ("z".into(), LayerEntry::Link("lib/deep/b")),
        ("lib/deep/b".into(), LayerEntry::File(b"second".to_vec())),
        ("a".into(), LayerEntry::Program(b"first".to_vec())),
    ]
}

fn archive(layer: &Layer) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(&*layer.blob).read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn what_is_packed_comes_out_in_order_with_its_folders() {
    let layer = Layer::pack(entries(), 86_400).unwrap();
    let bytes = archive(&layer);
    let mut archive = Archive::new(&*bytes);
    let mut found = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let header = entry.header().clone();
        assert_eq!((header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap()), (0, 0, 86_400));
        let path = entry.path().unwrap().display().to_string();
        let link = entry.link_name().unwrap().map(|target| target.display().to_string());
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        found.push(format!("{:o} {path} {}", header.mode().unwrap(), link.unwrap_or(text)));
    }
    assert_eq!(
        found,
        ["755 a first", "755 lib ", "755 lib/deep ", "644 lib/deep/b second", "777 z lib/deep/b"]
    );
}

#[test]
fn the_order_in_which_files_are_given_makes_no_difference() {
    let layer = Layer::pack(entries(), 0).unwrap();
    let other = Layer::pack(entries().into_iter().rev(), 0).unwrap();
    assert_eq!(layer.blob, other.blob);
    assert_eq!(layer.diff_id, other.diff_id);
}

#[test]
fn the_header_of_gzip_has_no_time_and_no_name() {
    let layer = Layer::pack(entries(), 86_400).unwrap();
    // RFC 1952: flags in byte 3, the time in the next four, the system in byte 9, 255 for none.
    assert_eq!(layer.blob[3..8], [0; 5]);
    assert_eq!(layer.blob[9], 255);
}

#[test]
fn a_layer_is_known_by_the_hash_of_what_it_unpacks_to() {
    let layer = Layer::pack(entries(), 0).unwrap();
    assert_eq!(layer.diff_id, digest(&archive(&layer)));
}

#[test]
fn hashes_are_those_of_the_standard() {
    // FIPS 180-2, appendix B.1.
    let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(digest(b"abc"), abc);
}
