//! What memory that processes share promises, and refuses.

use std::fs::File;

use anyhow::Result;
use rustix::fs::{MemfdFlags, ftruncate, memfd_create};

use crate::parts::memory::{Memory, Part};

#[test]
fn parts_lie_side_by_side_and_are_seen_when_frozen() -> Result<()> {
    let memory = Memory::<f64>::new(1000)?;
    let file = memory.share()?;
    for (part, value) in [(0..3, 1.0), (3..999, 2.0), (999..1000, 3.0)] {
        // SAFETY: nobody else has this memory, and these parts don't overlap.
        unsafe { Part::map(&file, &part) }?
            .reserve(&part)?
            .fill(value);
    }
    let array = memory.freeze()?;
    assert_eq!(array.len(), 1000);
    assert_eq!(array[..4], [1.0, 1.0, 1.0, 2.0]);
    assert_eq!(array[998..], [2.0, 3.0]);
    Ok(())
}

#[test]
fn it_does_not_freeze_while_it_can_be_written() -> Result<()> {
    let memory = Memory::<f64>::new(10)?;
    let file = memory.share()?;
    // SAFETY: nobody else has this memory.
    let part = unsafe { Part::<f64>::map(&file, &(0..5)) }?;
    let why = memory.freeze().expect_err("it is refused").to_string();
    assert!(
        why.starts_with("the memory can still be written to"),
        "{why}"
    );
    drop(part);
    memory.freeze()?;
    Ok(())
}

#[test]
fn it_is_neither_written_nor_cut_when_it_is_frozen() -> Result<()> {
    let memory = Memory::<f64>::new(10)?;
    let file = memory.share()?;
    assert!(ftruncate(&file, 8).is_err());
    let array = memory.freeze()?;
    // SAFETY: nobody writes to this memory while `array` is there.
    assert!(unsafe { Part::<f64>::map(&file, &(0..5)) }.is_err());
    assert!(rustix::io::write(&file, &[1; 8]).is_err());
    assert_eq!(array[..], [0.0; 10]);
    Ok(())
}

#[test]
fn memory_that_can_be_cut_short_is_refused() -> Result<()> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = File::from(memfd_create("unsealed", flags)?);
    file.set_len(80)?;
    // SAFETY: nobody else has this memory.
    let why = unsafe { Part::<f64>::map(&file, &(0..10)) }
        .expect_err("it is refused")
        .to_string();
    assert!(why.contains("sealed against shrinking"), "{why}");
    Ok(())
}

#[test]
fn no_doubles_are_no_memory() -> Result<()> {
    let memory = Memory::<f64>::new(0)?;
    assert!(memory.is_empty());
    assert!(memory.freeze()?.is_empty());
    Ok(())
}
