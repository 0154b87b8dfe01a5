//! A plain counter in a parallel `for_each`. With atomics, a load and a store compile.

use rayon::prelude::*;

fn main() {
    let mut count = 0_u64;
    (0..1000).into_par_iter().for_each(|_| count += 1);
    println!("{count}");
}
