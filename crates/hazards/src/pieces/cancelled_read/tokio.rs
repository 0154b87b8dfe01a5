//! Frames from a socket, with a tick now and then.
//!
//! # What to notice
//! - `select!` drops the futures that didn't win; `read_exact` is not cancel safe, as its
//!   page says.
//! - The cure makes one read a frame, outside the loop, and polls it by reference.
//! - `read` into a buffer of one's own would do, too: what it has taken, it has handed over.

use std::pin::pin;

use anyhow::Result;
use tokio::{
    io::{self, AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    runtime::{self, Runtime},
    select,
    time::{interval, sleep},
};

use crate::{Job, work};

/// Begins a new read after each tick.
pub fn failing(job: &Job) -> Result<u64> {
    let messages = job.messages;
    runtime()?.block_on(async {
        let (mut reader, writer) = UnixStream::pair()?;
        let writing = tokio::spawn(write(writer, messages));
        let mut tick = interval(work::TICK);
        let mut right = 0;
        loop {
            let mut frame = [0; 8];
            select! {
                read = reader.read_exact(&mut frame) => match read {
                    Ok(_) => right += u64::from(frame == work::frame(right)),
                    Err(_) => break,
                },
                _ = tick.tick() => {}
            }
        }
        writing.await??;
        Ok(right)
    })
}

/// Goes on with the same read after each tick.
pub fn cure(job: &Job) -> Result<u64> {
    let messages = job.messages;
    runtime()?.block_on(async {
        let (mut reader, writer) = UnixStream::pair()?;
        let writing = tokio::spawn(write(writer, messages));
        let mut tick = interval(work::TICK);
        let mut right = 0;
        loop {
            let mut frame = [0; 8];
            let mut reading = pin!(reader.read_exact(&mut frame));
            let read = loop {
                select! {
                    read = &mut reading => break read,
                    _ = tick.tick() => {}
                }
            };
            match read {
                Ok(_) => right += u64::from(frame == work::frame(right)),
                Err(_) => break,
            }
        }
        writing.await??;
        Ok(right)
    })
}

fn runtime() -> io::Result<Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}

/// Writes each frame in two halves, as slow links deliver them.
async fn write(mut writer: UnixStream, messages: u64) -> io::Result<()> {
    for number in 0..messages {
        let frame = work::frame(number);
        writer.write_all(&frame[..3]).await?;
        sleep(work::PAUSE).await;
        writer.write_all(&frame[3..]).await?;
    }
    Ok(())
}
