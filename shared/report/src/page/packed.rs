//! What the script alone shows: sources, and what differs between them. They are most of a
//! page, so they stand in it once, compressed, and the script unpacks them.

use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{Markup, html};
use miniz_oxide::deflate::compress_to_vec_zlib;

/// How hard the packer tries, of 10.
const LEVEL: u8 = 6;

/// Texts by their places. An element whose `data-packed` is a place gets the text there.
#[derive(Default)]
pub(super) struct Packed(Vec<String>);

impl Packed {
    /// The place of this text.
    pub(super) fn add(&mut self, text: impl Into<String>) -> usize {
        self.0.push(text.into());
        self.0.len() - 1
    }

    /// All of them: JSON in the format of zlib, in base64.
    pub(super) fn markup(&self) -> Markup {
        let json = serde_json::to_vec(&self.0).expect("texts are JSON");
        let packed = STANDARD.encode(compress_to_vec_zlib(&json, LEVEL));
        html! { data #packed value=(packed) hidden {} }
    }
}

/// What is read where no script unpacks them.
pub(super) fn note() -> Markup {
    html! { p.packed { "The page's script writes the files here. They are in " code { "results.json" } ", too." } }
}

#[cfg(test)]
mod tests {
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let mut packed = Packed::default();
        let texts = ["", "</data>\"", "fn f() {}\n", "ä"];
        assert_eq!(texts.map(|text| packed.add(text)), [0, 1, 2, 3]);
        let markup = packed.markup().into_string();
        let (_, value) = markup.split_once("value=\"").expect("a value");
        let (value, _) = value.split_once('"').expect("its end");
        let json = decompress_to_vec_zlib(&STANDARD.decode(value).expect("base64"));
        let unpacked: Vec<String> =
            serde_json::from_slice(&json.expect("zlib")).expect("JSON");
        assert_eq!(unpacked, texts);
    }
}
