//! Memory as a file without a name: a memfd, sealed so that a mapping of it stays whole.

use std::{fs::File, io};

use rustix::fs::{
    FallocateFlags, MemfdFlags, SealFlags, fallocate, fcntl_add_seals, fcntl_get_seals,
    memfd_create,
};

/// A memfd of this length that can be neither cut short nor made longer. None of its
/// pages is there yet.
///
/// # Errors
/// There is not so much memory, or no descriptor for it.
pub fn sealed_file(name: &str, len: u64) -> io::Result<File> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = memfd_create(name, flags).map_err(because("can't make a memfd"))?;
    let file = File::from(file);
    file.set_len(len).map_err(no_room)?;
    fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW)?;
    Ok(file)
}

/// Has the pages of these bytes made.
///
/// # Errors
/// The machine lacks them.
pub fn reserve(file: &File, offset: u64, len: u64) -> io::Result<()> {
    let made = fallocate(file, FallocateFlags::empty(), offset, len);
    made.map_err(no_room)
}

/// Sees to it that a mapping of this file can't be cut short.
///
/// # Errors
/// It can be, or this is no memfd.
pub fn ensure_sealed(file: &File) -> io::Result<()> {
    let seals = fcntl_get_seals(file).map_err(because("this is no memfd"))?;
    match seals.contains(SealFlags::SHRINK) {
        true => Ok(()),
        false => Err(io::Error::other(
            "the memory is not sealed against shrinking",
        )),
    }
}

/// The error of a memfd that can't have so much: also a limit of file sizes is one.
fn no_room<E: Into<io::Error>>(error: E) -> io::Error {
    let error = error.into();
    let what = match error.kind() {
        io::ErrorKind::FileTooLarge => "it is larger than `ulimit -f` allows; raise that",
        _ => "not enough memory",
    };
    because(what)(error)
}

/// The error with what it kept from being done.
pub fn because<E: Into<io::Error>>(what: &str) -> impl FnOnce(E) -> io::Error {
    move |error| {
        let error = error.into();
        io::Error::new(error.kind(), format!("{what}: {error}"))
    }
}
