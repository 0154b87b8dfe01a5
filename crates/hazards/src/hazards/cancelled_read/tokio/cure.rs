//! A `read_exact` that continues after a tick.

// The lesson: everything below can be taken home.
// It needs tokio (io-util, macros, net, rt, time).

use std::{io, pin::pin, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    runtime::Builder,
    select,
    time::{interval, sleep},
};

/// Reads `messages` frames of 8 bytes from a socket, and does something else every
/// `tick`. The second half of a frame comes `pause` after the first, as on a slow link.
/// Returns how many frames were read as they were written.
///
/// # Errors
/// There is no socket, or it can't be written to.
pub fn read_frames(messages: u64, tick: Duration, pause: Duration) -> io::Result<u64> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (mut reader, writer) = UnixStream::pair()?;
        let writing = tokio::spawn(write(writer, messages, pause));
        let mut ticks = interval(tick);
        let mut right = 0_u64;
        loop {
            let mut frame = [0; 8];
            let mut reading = pin!(reader.read_exact(&mut frame));
            let read = loop {
                select! {
                    read = &mut reading => break read,
                    _ = ticks.tick() => {}
                }
            };
            match read {
                Ok(_) => right += u64::from(frame == right.to_le_bytes()),
                Err(_) => break,
            }
        }
        writing.await??;
        Ok(right)
    })
}

async fn write(mut writer: UnixStream, messages: u64, pause: Duration) -> io::Result<()> {
    for number in 0..messages {
        let frame = number.to_le_bytes();
        writer.write_all(&frame[..3]).await?;
        sleep(pause).await;
        writer.write_all(&frame[3..]).await?;
    }
    Ok(())
}
