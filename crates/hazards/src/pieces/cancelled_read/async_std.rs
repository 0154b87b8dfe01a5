//! Frames from a socket, with a tick now and then.
//!
//! # What to notice
//! - `race` drops the future that didn't win, and what `read_exact` had read with it.
//! - The cure makes one read a frame, outside the loop, and polls it by reference.
//! - `race` and `interval` are behind the feature `unstable`, and will stay there.

use std::{io, pin::pin};

use anyhow::Result;
use async_std::{os::unix::net::UnixStream, prelude::*, stream::interval, task};

use crate::{Job, work};

/// Begins a new read after each tick.
pub fn failing(job: &Job) -> Result<u64> {
    let messages = job.messages;
    task::block_on(async {
        let (mut reader, writer) = UnixStream::pair()?;
        let writing = task::spawn(write(writer, messages));
        let mut tick = interval(work::TICK);
        let mut right = 0;
        loop {
            let mut frame = [0; 8];
            let reading = async { Some(reader.read_exact(&mut frame).await) };
            let ticking = async { tick.next().await.and(None) };
            match reading.race(ticking).await {
                Some(Ok(())) => right += u64::from(frame == work::frame(right)),
                Some(Err(_)) => break,
                None => {}
            }
        }
        writing.await?;
        Ok(right)
    })
}

/// Goes on with the same read after each tick.
pub fn cure(job: &Job) -> Result<u64> {
    let messages = job.messages;
    task::block_on(async {
        let (mut reader, writer) = UnixStream::pair()?;
        let writing = task::spawn(write(writer, messages));
        let mut tick = interval(work::TICK);
        let mut right = 0;
        loop {
            let mut frame = [0; 8];
            let mut reading = pin!(reader.read_exact(&mut frame));
            let read = loop {
                let reading = async { Some(reading.as_mut().await) };
                let ticking = async { tick.next().await.and(None) };
                if let Some(read) = reading.race(ticking).await {
                    break read;
                }
            };
            match read {
                Ok(()) => right += u64::from(frame == work::frame(right)),
                Err(_) => break,
            }
        }
        writing.await?;
        Ok(right)
    })
}

/// Writes each frame in two halves, as slow links deliver them.
async fn write(mut writer: UnixStream, messages: u64) -> io::Result<()> {
    for number in 0..messages {
        let frame = work::frame(number);
        writer.write_all(&frame[..3]).await?;
        task::sleep(work::PAUSE).await;
        writer.write_all(&frame[3..]).await?;
    }
    Ok(())
}
