//! What follows from the list of hazards.

use anyhow::Result;
use test_fixtures::Pair;

/// Makes of the list, whose first token is a `$` for the macro among what it makes:
/// - `Hazard`, with a name and a sentence for each;
/// - the modules `HAZARD::RUNTIME::{failing, cure}`, of the files in such folders;
/// - `PIECES`, each of which calls its function as the line with its runtime says;
/// - `PAIRS`, their files;
/// - `SPARED`, with the reasons;
/// - `table!`, with which a variant lists its pairs.
macro_rules! hazards {
    ($d:tt $(
        $(#[doc = $about:literal])+
        $hazard:ident = $folder:ident {
            $(bites $($runtime:ident),+: |$job:pat_param| $function:ident $arguments:tt;)+
            $(spares $($spared:ident),+: $why:literal;)*
        }
    )+) => {
        /// What goes wrong.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum Hazard {
            $($(#[doc = $about])+ $hazard,)+
        }

        $($(#[doc = $about])+ pub mod $folder {
            $($(
                #[doc = concat!("On ", stringify!($runtime), ".")]
                pub mod $runtime {
                    pub mod cure;
                    pub mod failing;
                }
            )+)+
        })+

        /// What bites which runtime.
        pub(crate) static PIECES: &[Piece] = &[$($($(
            Piece {
                hazard: Hazard::$hazard,
                runtime: stringify!($runtime),
                failing: |$job| {
                    use $folder::$runtime::failing::$function;
                    list::Returned::returned($function $arguments)
                },
                cure: |$job| {
                    use $folder::$runtime::cure::$function;
                    list::Returned::returned($function $arguments)
                },
            },
        )+)+)+];

        /// The files of each piece, by its runtime.
        pub(crate) static PAIRS: &[(&str, Pair)] = &[$($($(
            (
                stringify!($runtime),
                Pair {
                    name: stringify!($folder),
                    failing: list::lesson!(part $folder $runtime "failing.rs"),
                    cure: list::lesson!(part $folder $runtime "cure.rs"),
                },
            ),
        )+)+)+];

        /// What spares which runtime.
        pub(crate) static SPARED: &[Spared] = &[$($($(
            Spared {
                hazard: Hazard::$hazard,
                runtime: stringify!($spared),
                why: $why,
            },
        )+)*)+];

        /// The pairs of a runtime, and their texts one below the other.
        macro_rules! table {
            $($($(
                (text $folder $runtime) => {
                    concat!(
                        crate::hazards::list::lesson!(
                            below_its_path $folder $runtime "failing.rs"
                        ),
                        crate::hazards::list::lesson!(
                            below_its_path $folder $runtime "cure.rs"
                        )
                    )
                };
            )+)+)+
            $($($(
                (text $folder $spared) => { "" };
            )+)*)+
            (text $d runtime:ident) => {
                concat!($(crate::hazards::table!(text $folder $d runtime)),+)
            };
            (pairs $d runtime:ident) => {{
                use crate::hazards::{PAIRS, list};
                const COUNT: usize = list::count(PAIRS, stringify!($d runtime));
                &list::on::<COUNT>(PAIRS, stringify!($d runtime))
            }};
        }
        pub(crate) use table;
    };
}
pub(super) use hazards;

/// A piece's file: its path from `src/variants`, its text, or both.
macro_rules! lesson {
    (path $folder:ident $runtime:ident $file:literal) => {
        concat!("../hazards/", stringify!($folder), "/", stringify!($runtime), "/", $file)
    };
    (text $($file:tt)+) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/variants/",
            crate::hazards::list::lesson!(path $($file)+)
        ))
    };
    (part $($file:tt)+) => {
        test_fixtures::Part {
            path: crate::hazards::list::lesson!(path $($file)+),
            text: crate::hazards::list::lesson!(text $($file)+),
        }
    };
    (below_its_path $($file:tt)+) => {
        concat!(
            "\n// ",
            crate::hazards::list::lesson!(path $($file)+),
            "\n",
            crate::hazards::list::lesson!(text $($file)+)
        )
    };
}
pub(crate) use lesson;

/// What a function returns: a number, or why it has none.
pub(super) trait Returned {
    fn returned(self) -> Result<u64>;
}

impl Returned for u64 {
    fn returned(self) -> Result<u64> {
        Ok(self)
    }
}

impl<E: Into<anyhow::Error>> Returned for Result<u64, E> {
    fn returned(self) -> Result<u64> {
        self.map_err(Into::into)
    }
}

/// How many pairs there are on a runtime.
pub(crate) const fn count(pairs: &[(&str, Pair)], runtime: &str) -> usize {
    let (mut count, mut index) = (0, 0);
    while index < pairs.len() {
        if is_same(pairs[index].0.as_bytes(), runtime.as_bytes()) {
            count += 1;
        }
        index += 1;
    }
    count
}

/// The pairs on a runtime, in the order of the hazards.
pub(crate) const fn on<const COUNT: usize>(
    pairs: &[(&str, Pair)],
    runtime: &str,
) -> [Pair; COUNT] {
    let mut chosen = [pairs[0].1; COUNT];
    let (mut count, mut index) = (0, 0);
    while index < pairs.len() {
        if is_same(pairs[index].0.as_bytes(), runtime.as_bytes()) {
            chosen[count] = pairs[index].1;
            count += 1;
        }
        index += 1;
    }
    chosen
}

/// `==` of strings is not for constants yet.
const fn is_same(one: &[u8], other: &[u8]) -> bool {
    match (one, other) {
        ([], []) => true,
        ([first, one @ ..], [second, other @ ..]) => {
            *first == *second && is_same(one, other)
        }
        _ => false,
    }
}
