use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::layer::{Layer, LayerEntry, digest};
use super::{CONFIG, INDEX, Image, LAYER, MANIFEST};

fn image() -> Image {
    let file = |text: &str| [("file".to_owned(), LayerEntry::File(text.into()))];
    Image {
        version: "1.2.3",
        architecture: "amd64",
        created: "1970-01-01T00:00:00Z".into(),
        execution: json!({"User": "1:1"}),
        annotations: json!({"key": "value"}),
        layers: vec![Layer::pack(file("lower"), 0).unwrap(), Layer::pack(file("upper"), 0).unwrap()],
    }
}

fn read(folder: &TempDir, path: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.path().join(path)).unwrap()).unwrap()
}

/// What a descriptor refers to, after a look at whether it does so rightly.
fn blob(folder: &TempDir, descriptor: &Value, media_type: &str) -> Vec<u8> {
    assert_eq!(descriptor["mediaType"], media_type);
    let name = descriptor["digest"].as_str().unwrap();
    let bytes = fs::read(folder.path().join("blobs").join(name.replace(':', "/"))).unwrap();
    assert_eq!(descriptor["size"], bytes.len());
    assert_eq!(digest(&bytes), name);
    bytes
}

#[test]
fn every_part_is_found_from_the_index() {
    let folder = TempDir::new().unwrap();
    let image = image();
    let written = image.write(folder.path()).unwrap();
    assert_eq!(read(&folder, "oci-layout"), json!({"imageLayoutVersion": "1.0.0"}));

    let index = read(&folder, "index.json");
    assert_eq!((&index["schemaVersion"], &index["mediaType"]), (&json!(2), &json!(INDEX)));
    let [entry] = &index["manifests"].as_array().unwrap()[..] else { panic!("{index}") };
    assert_eq!(entry["annotations"], json!({"org.opencontainers.image.ref.name": "1.2.3"}));
    assert_eq!(entry["digest"], written.digest);

    let manifest: Value = serde_json::from_slice(&blob(&folder, entry, MANIFEST)).unwrap();
    assert_eq!((&manifest["schemaVersion"], &manifest["mediaType"]), (&json!(2), &json!(MANIFEST)));
    assert_eq!(manifest["annotations"], json!({"key": "value"}));
    let layers = manifest["layers"].as_array().unwrap();
    let blobs: Vec<_> = layers.iter().map(|layer| blob(&folder, layer, LAYER)).collect();
    assert_eq!(blobs, [&*image.layers[0].blob, &*image.layers[1].blob]);

    let config: Value = serde_json::from_slice(&blob(&folder, &manifest["config"], CONFIG)).unwrap();
    let diff_ids = [&image.layers[0].diff_id, &image.layers[1].diff_id];
    assert_eq!(
        config,
        json!({
            "architecture": "amd64",
            "os": "linux",
            "created": "1970-01-01T00:00:00Z",
            "config": {"User": "1:1"},
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        })
    );
}

#[test]
fn the_size_is_that_of_all_blobs() {
    let folder = TempDir::new().unwrap();
    let written = image().write(folder.path()).unwrap();
    let blobs = fs::read_dir(folder.path().join("blobs/sha256")).unwrap();
    let sizes: Vec<_> = blobs.map(|blob| blob.unwrap().metadata().unwrap().len()).collect();
    assert_eq!((written.layers, sizes.len()), (2, 4));
    assert_eq!(written.size, sizes.iter().sum::<u64>());
}

#[test]
fn nothing_of_an_earlier_image_stays() {
    let folder = TempDir::new().unwrap();
    let old = Image { version: "1.2.2", annotations: json!({}), ..image() };
    old.write(folder.path()).unwrap();
    let written = image().write(folder.path()).unwrap();
    assert_eq!(fs::read_dir(folder.path().join("blobs/sha256")).unwrap().count(), 4);
    assert_eq!(read(&folder, "index.json")["manifests"][0]["digest"], written.digest);
    // Nor does it change what is written.
    let other = TempDir::new().unwrap();
    assert_eq!(image().write(other.path()).unwrap(), written);
}
