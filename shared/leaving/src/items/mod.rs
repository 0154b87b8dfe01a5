//! Items of async-std, each beside what does the same on smol and on tokio.
//!
//! A row is three pieces of code. All three compile, since they stand here; and
//! [`Row::hold`] runs them and compares what they return. The book's tables are made from
//! these rows.

use std::{fmt::Debug, path::Path, pin::Pin, rc::Rc};

use anyhow::{Result, ensure};

mod channel;
mod fs;
mod future;
mod io;
mod net;
mod process;
mod stream;
mod surf;
mod sync;
mod task;

/// The tables, in the order of the book.
pub const TABLES: &[Table] = &[
    task::TABLE,
    future::TABLE,
    sync::TABLE,
    channel::TABLE,
    stream::TABLE,
    io::TABLE,
    fs::TABLE,
    net::TABLE,
    process::TABLE,
];

/// surf's items; the columns for smol and tokio are hyper and reqwest on them.
pub const SURF: Table = surf::TABLE;

/// The items of one module.
#[derive(Debug)]
pub struct Table {
    /// The module of async-std.
    pub module: &'static str,
    /// What the three columns import.
    pub imports: [&'static str; 3],
    /// Its items.
    pub rows: &'static [Row],
}

/// One item of async-std.
#[derive(Debug)]
pub struct Row {
    /// Its path within the module.
    pub item: &'static str,
    /// On async-std, smol and tokio.
    pub code: [&'static str; 3],
    /// What to mind.
    pub note: &'static str,
    /// Runs all three, each in a directory of its own below the given one.
    ///
    /// # Errors
    /// One fails, or they return different values.
    pub hold: fn(&Path) -> Result<()>,
}

/// What a row does on one runtime. Boxed, so that the runtimes are compiled once and not for
/// each row.
type Work<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

fn on_async_std(work: Work<'_>) -> Result<()> {
    ::async_std::task::block_on(work)
}

fn on_smol(work: Work<'_>) -> Result<()> {
    ::smol::block_on(work)
}

fn on_tokio(work: Work<'_>) -> Result<()> {
    ::tokio::runtime::Runtime::new()?.block_on(work)
}

fn same<T: PartialEq + Debug>(old: &T, smol: &T, tokio: &T) -> Result<()> {
    ensure!(
        old == smol && old == tokio,
        "async-std {old:?}, smol {smol:?}, tokio {tokio:?}"
    );
    Ok(())
}

/// A table. Each column has its imports; each row has a name, a note, and for each column
/// what is set up in brackets, the code, and in further brackets how the value is seen.
macro_rules! table {
    (
        $module:literal, in $here:ident;
        async_std { $($old_use:tt)* }
        smol { $($smol_use:tt)* }
        tokio { $($tokio_use:tt)* }
        $( $item:literal, $note:literal:
            async_std $([ $($old_given:tt)* ])? { $($old:tt)* } $([ $($old_then:tt)* ])?
            smol $([ $($smol_given:tt)* ])? { $($smol:tt)* } $([ $($smol_then:tt)* ])?
            tokio $([ $($tokio_given:tt)* ])? { $($tokio:tt)* } $([ $($tokio_then:tt)* ])?
        )*
    ) => {
        #[allow(unused_imports, reason = "a row needs some of them")]
        mod on_async_std { $($old_use)* }
        #[allow(unused_imports, reason = "a row needs some of them")]
        mod on_smol { $($smol_use)* }
        #[allow(unused_imports, reason = "a row needs some of them")]
        mod on_tokio { $($tokio_use)* }

        pub(super) const TABLE: super::Table = super::Table {
            module: $module,
            imports: [
                stringify!($($old_use)*),
                stringify!($($smol_use)*),
                stringify!($($tokio_use)*),
            ],
            rows: &[ $( super::Row {
                item: $item,
                code: [
                    stringify!($($old)*),
                    stringify!($($smol)*),
                    stringify!($($tokio)*),
                ],
                note: $note,
                hold: |directory| {
                    let here = |name| {
                        let here = directory.join(name);
                        std::fs::create_dir_all(&here)?;
                        std::io::Result::Ok(here)
                    };
                    let $here = here("async-std")?;
                    let mut old = None;
                    let seen = &mut old;
                    super::on_async_std(Box::pin(async move {
                        #[allow(unused_imports, reason = "a row needs some of them")]
                        use self::on_async_std::*;
                        _ = &$here;
                        $( $($old_given)* )?
                        *seen = Some(table!(@value { $($old)* } $([ $($old_then)* ])?));
                        Ok(())
                    }))?;
                    let $here = here("smol")?;
                    let mut smol = None;
                    let seen = &mut smol;
                    super::on_smol(Box::pin(async move {
                        #[allow(unused_imports, reason = "a row needs some of them")]
                        use self::on_smol::*;
                        _ = &$here;
                        $( $($smol_given)* )?
                        *seen = Some(table!(@value { $($smol)* } $([ $($smol_then)* ])?));
                        Ok(())
                    }))?;
                    let $here = here("tokio")?;
                    let mut tokio = None;
                    let seen = &mut tokio;
                    super::on_tokio(Box::pin(async move {
                        #[allow(unused_imports, reason = "a row needs some of them")]
                        use self::on_tokio::*;
                        _ = &$here;
                        $( $($tokio_given)* )?
                        *seen = Some(table!(@value { $($tokio)* } $([ $($tokio_then)* ])?));
                        Ok(())
                    }))?;
                    super::same(&old, &smol, &tokio)
                },
            }, )* ],
        };
    };
    (@value { $($code:tt)* }) => {{ $($code)* }};
    (@value { $($code:tt)* } [ $($then:tt)* ]) => {{ $($code)* $($then)* }};
}
use table;

/// Some work.
async fn work() -> u32 {
    7
}

/// Some work that blocks.
fn compute() -> u32 {
    7
}

/// What can't leave its thread.
fn shared() -> Rc<u32> {
    Rc::new(7)
}

/// Long enough to be a time-out.
const TICK: std::time::Duration = std::time::Duration::from_millis(2);
