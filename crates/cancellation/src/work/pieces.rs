//! The work that is cut into pieces: computing, and blocking a thread.

use std::{
    hint::{black_box, spin_loop},
    thread,
    time::Instant,
};

use super::{Done, Task};
use crate::Work;

impl Task {
    /// Into how many pieces it is cut.
    pub fn pieces(&self) -> usize {
        self.job().pieces.get()
    }

    /// Computes one piece: a busy core, and a line in the journal.
    pub fn compute_piece(&self) {
        let (piece, clock) = (self.job().piece(), Instant::now());
        while clock.elapsed() < piece {
            black_box(self.index);
            spin_loop();
        }
        self.note();
    }

    /// Computes or blocks piece by piece on this thread, and stops before the piece
    /// at which `stop` says so. Inside a piece nothing can stop it.
    pub fn in_pieces(self, stop: impl Fn() -> bool) -> Done {
        if stop() {
            return None;
        }
        self.begin();
        for piece in 0..self.pieces() {
            if piece > 0 && stop() {
                return None;
            }
            match self.job().work {
                Work::Cpu => self.compute_piece(),
                // Stands for a call that has no time-out: a file lock, a look-up, a library
                // in C.
                _ => {
                    thread::sleep(self.job().piece());
                    self.note();
                }
            }
        }
        self.finish()
    }
}
