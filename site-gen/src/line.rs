//! The progress line: a word about what is going on, where it takes longer than a second.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use site_gen::Progress;

const PATIENCE: Duration = Duration::from_secs(1);

/// Names a stage on standard error once it has taken longer than a second.
#[derive(Debug, Default)]
pub(crate) struct ProgressLine {
    /// Dropped when the stage is over, which ends its timer.
    running: Mutex<Option<Sender<()>>>,
}

impl Progress for ProgressLine {
    fn stage(&self, name: &str) {
        let (over, is_over) = mpsc::channel();
        let name = name.to_owned();
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(over);
        thread::spawn(move || {
            if is_over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("{name} …");
            }
        });
    }

    fn rest(&self) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn note(&self, text: &str) {
        eprintln!("{text}");
    }
}
