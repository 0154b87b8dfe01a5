//! A counting allocator, loaded before a trial's program (`LD_PRELOAD`): glibc's, with two
//! counters in front of it.
//!
//! The program that is counted is the one that comparisons measure, byte for byte. A
//! `#[global_allocator]` in it would cost each of their allocations a look at a flag.
//!
//! The counters are in a file that `INTERLEAVE_ALLOCATIONS` names, so that whatever the
//! trial starts counts into the same ones, and so that the trial can read them at its
//! clock's start and stop. `test_fixtures::allocations` has the layout.

#![no_std]
#![crate_type = "cdylib"]
#![deny(unsafe_op_in_unsafe_fn)]

use core::{
    ffi::{c_char, c_int, c_long, c_void},
    panic::PanicInfo,
    ptr,
    sync::atomic::{
        AtomicPtr, AtomicU64,
        Ordering::{Acquire, Relaxed, Release},
    },
};

const READ_AND_WRITE: c_int = 2;
const CLOSE_ON_EXEC: c_int = 0o2_000_000;
const PROTECTION: c_int = 1 | 2;
const SHARED: c_int = 1;
const OUT_OF_MEMORY: c_int = 12;
/// The file has at least so many bytes.
const LENGTH: usize = 4096;

// glibc's own names for its allocator: its `malloc` is another name for `__libc_malloc`, so
// what one returns the other frees. Here they are needed since `malloc` is ours.
unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(old: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
    fn getenv(name: *const c_char) -> *const c_char;
    fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    fn close(descriptor: c_int) -> c_int;
    fn mmap(
        place: *mut c_void,
        length: usize,
        protection: c_int,
        flags: c_int,
        descriptor: c_int,
        offset: c_long,
    ) -> *mut c_void;
}

/// The beginning of the file.
#[repr(C)]
struct Counters {
    /// Processes that count into it.
    processes: AtomicU64,
    allocations: AtomicU64,
    bytes: AtomicU64,
}

/// The mapped file; null until there is one. It stays mapped for as long as the process
/// lives.
static COUNTERS: AtomicPtr<Counters> = AtomicPtr::new(ptr::null_mut());

/// Counts one allocation, or one that was moved or grown, with all of its bytes.
fn count(bytes: usize) {
    let counters = COUNTERS.load(Acquire);
    // SAFETY: it is null, or the beginning of a mapping that is never unmapped, aligned to a
    // page and longer than the counters. All processes touch them only as atomics.
    if let Some(counters) = unsafe { counters.as_ref() } {
        counters.allocations.fetch_add(1, Relaxed);
        counters.bytes.fetch_add(bytes as u64, Relaxed);
    }
}

/// Maps the file, if one is named.
extern "C" fn attach() {
    // SAFETY: the name ends in a zero. The loader runs this before `main`, while the process
    // has one thread, so nothing changes the environment meanwhile.
    let path = unsafe { getenv(c"INTERLEAVE_ALLOCATIONS".as_ptr()) };
    if path.is_null() {
        return;
    }
    // SAFETY: the path is a string of the environment, which ends in a zero. These flags
    // make no file, so there is no third argument.
    let file = unsafe { open(path, READ_AND_WRITE | CLOSE_ON_EXEC) };
    if file < 0 {
        return;
    }
    // SAFETY: a new mapping at a place of the kernel's choice touches no other memory.
    let mapped = unsafe { mmap(ptr::null_mut(), LENGTH, PROTECTION, SHARED, file, 0) };
    // SAFETY: the descriptor is ours, and used no more; a mapping outlives it.
    unsafe { close(file) };
    // What `mmap` returns where it failed.
    if mapped.addr() == usize::MAX {
        return;
    }
    let counters = mapped.cast::<Counters>();
    // SAFETY: as in `count`; the file was made longer than the counters before the trial.
    unsafe { (*counters).processes.fetch_add(1, Relaxed) };
    COUNTERS.store(counters, Release);
}

// SAFETY: the loader calls each function in this section once, before `main`; what it
// calls in libc was loaded and relocated before.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = attach;

// The functions below have the contracts of libc's own of these names, and hand on what they
// get and return what they are given, so the contracts are kept.

/// # Safety
/// As libc has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    count(size);
    // SAFETY: the caller's contract is the same.
    unsafe { __libc_malloc(size) }
}

/// # Safety
/// As libc has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(number: usize, size: usize) -> *mut c_void {
    count(number.saturating_mul(size));
    // SAFETY: the caller's contract is the same.
    unsafe { __libc_calloc(number, size) }
}

/// # Safety
/// As libc has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(old: *mut c_void, size: usize) -> *mut c_void {
    count(size);
    // SAFETY: the caller's contract is the same.
    unsafe { __libc_realloc(old, size) }
}

/// # Safety
/// As libc has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
    count(size);
    // SAFETY: the caller's contract is the same.
    unsafe { __libc_memalign(alignment, size) }
}

/// # Safety
/// As libc has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn memalign(alignment: usize, size: usize) -> *mut c_void {
    count(size);
    // SAFETY: the caller's contract is the same.
    unsafe { __libc_memalign(alignment, size) }
}

/// # Safety
/// As libc has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(
    place: *mut *mut c_void,
    alignment: usize,
    size: usize,
) -> c_int {
    count(size);
    // SAFETY: the caller's alignment is a power of two, and a multiple of a pointer's size.
    let memory = unsafe { __libc_memalign(alignment, size) };
    if memory.is_null() {
        return OUT_OF_MEMORY;
    }
    // SAFETY: the caller has a place for the pointer.
    unsafe { place.write(memory) };
    0
}

/// Nothing here panics; a library without std must say what would happen.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
