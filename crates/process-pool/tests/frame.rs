//! Frames, however their bytes are cut.

use proptest::{collection::vec, prelude::*};

use process_pool::parts::frame::*;

fn frame() -> impl Strategy<Value = (Kind, u16, u64, Vec<u8>)> {
    let kind = prop_oneof![Just(Kind::Task), Just(Kind::Done), Just(Kind::Panicked)];
    (kind, any::<u16>(), any::<u64>(), vec(any::<u8>(), 0..100))
}

proptest! {
    #[test]
    fn frames_survive_any_cut(frames in vec(frame(), 0..20), cut in 1_usize..64) {
        let mut bytes = Vec::new();
        for (kind, attempt, id, payload) in &frames {
            Frame { kind: *kind, attempt: *attempt, id: *id, payload }.encode(&mut bytes);
        }
        let mut decoder = Decoder::default();
        let mut decoded = Vec::new();
        for piece in bytes.chunks(cut) {
            decoder.push(piece);
            while let Some(frame) = decoder.next_frame().expect("frames") {
                let Frame { kind, attempt, id, payload } = frame;
                decoded.push((kind, attempt, id, payload.to_vec()));
            }
        }
        prop_assert_eq!(decoded, frames);
    }

    #[test]
    fn noise_is_refused_or_waited_on_but_never_believed(noise in vec(any::<u8>(), 0..200)) {
        prop_assume!(!noise.starts_with(&MAGIC));
        let mut decoder = Decoder::default();
        decoder.push(&noise);
        prop_assert!(matches!(decoder.next_frame(), Ok(None) | Err(FrameError::Magic(_))));
    }
}

#[test]
fn a_huge_length_is_refused_before_its_payload() {
    let mut bytes = Vec::new();
    let frame = Frame {
        kind: Kind::Done,
        attempt: 1,
        id: 7,
        payload: &[],
    };
    frame.encode(&mut bytes);
    bytes[16..].fill(0xFF);
    let mut decoder = Decoder::default();
    decoder.push(&bytes);
    assert_eq!(decoder.next_frame(), Err(FrameError::Length(u32::MAX)));
    assert!(decoder.capacity() < 1024);
}
