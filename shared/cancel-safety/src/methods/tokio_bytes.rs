//! tokio's readers and writers, and the frames of tokio-util.

use std::{future::poll_fn, pin::pin};

use futures_util::{SinkExt, StreamExt, future::join};
use tokio::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter, DuplexStream,
    copy, copy_bidirectional, copy_buf, duplex,
};
use tokio_util::codec::{Framed, LinesCodec};

use super::in_tokio;
use crate::{
    Documented::{As, Nothing},
    Method, Trial,
    Verdict::{Kept, Lost},
};

/// The page of `select!`, where the methods' own are silent.
const SELECT: &str = "src/macros/select.rs";
const READ: &str = "src/io/util/async_read_ext.rs";
const READ_BUFFERED: &str = "src/io/util/async_buf_read_ext.rs";
const WRITE: &str = "src/io/util/async_write_ext.rs";

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "`AsyncReadExt::read`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: (READ, "fn read<'a>("),
        note: "it takes nothing unless it is ready",
        trial: read,
    },
    Method {
        name: "`AsyncReadExt::read_buf`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: (READ, "fn read_buf<'a, B>("),
        note: "it takes nothing unless it is ready",
        trial: read_buf,
    },
    Method {
        name: "`AsyncReadExt::read_exact`",
        package: "tokio",
        verdict: Lost,
        documented: As(Lost, "This method is not cancel safe"),
        place: (READ, "fn read_exact<'a>("),
        note: "what it has read is counted in the future; pin it and poll by reference",
        trial: read_exact,
    },
    Method {
        name: "`AsyncReadExt::read_exact`, pinned, by reference",
        package: "tokio",
        verdict: Kept,
        documented: Nothing,
        place: ("src/io/util/read_exact.rs", "pub struct ReadExact<"),
        note: "what it has read is counted in the future, which is not dropped",
        trial: read_exact_by_reference,
    },
    Method {
        name: "`AsyncReadExt::read_u32`",
        package: "tokio",
        verdict: Lost,
        documented: As(Lost, "This method is not cancel safe"),
        place: (READ, "fn read_u32(&mut self)"),
        note: "what it has read is in the future",
        trial: read_u32,
    },
    Method {
        name: "`AsyncReadExt::read_to_end`",
        package: "tokio",
        verdict: Kept,
        documented: As(Lost, "not cancellation safe and can lead to loss of data"),
        place: (SELECT, "///  * [`tokio::io::AsyncReadExt::read_to_end`]"),
        note: "what it has read is in the caller's `Vec`, and the next call appends",
        trial: read_to_end,
    },
    Method {
        name: "`AsyncReadExt::read_to_string`",
        package: "tokio",
        verdict: Lost,
        documented: As(Lost, "not cancellation safe and can lead to loss of data"),
        place: (SELECT, "///  * [`tokio::io::AsyncReadExt::read_to_string`]"),
        note: "what it has read is in the future, to be checked; use `read_to_end`",
        trial: read_to_string,
    },
    Method {
        name: "`AsyncBufReadExt::read_until`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "partially read bytes are appended to `buf`"),
        place: (READ_BUFFERED, "fn read_until<'a>("),
        note: "what it has read is in the caller's `Vec`; do not clear that between calls",
        trial: read_until,
    },
    Method {
        name: "`AsyncBufReadExt::read_line`",
        package: "tokio",
        verdict: Lost,
        documented: As(Lost, "This method is not cancel safe"),
        place: (READ_BUFFERED, "fn read_line<'a>("),
        note: "what it has read is in the future, to be checked; use `lines`",
        trial: read_line,
    },
    Method {
        name: "`AsyncBufReadExt::fill_buf`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: (READ_BUFFERED, "fn fill_buf(&mut self)"),
        note: "it takes nothing: `consume` does",
        trial: fill_buf,
    },
    Method {
        name: "`Lines::next_line`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/io/util/lines.rs", "pub async fn next_line(&mut self)"),
        note: "half a line is in `Lines`",
        trial: next_line,
    },
    Method {
        name: "`Split::next_segment`",
        package: "tokio",
        verdict: Kept,
        documented: Nothing,
        place: (
            "src/io/util/split.rs",
            "pub async fn next_segment(&mut self)",
        ),
        note: "half a segment is in `Split`",
        trial: next_segment,
    },
    Method {
        name: "`AsyncWriteExt::write`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: (WRITE, "fn write<'a>("),
        note: "it writes nothing unless it is ready",
        trial: write,
    },
    Method {
        name: "`AsyncWriteExt::write_buf`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: (WRITE, "fn write_buf<'a, B>("),
        note: "it writes nothing unless it is ready",
        trial: write_buf,
    },
    Method {
        name: "`AsyncWriteExt::write_all`",
        package: "tokio",
        verdict: Lost,
        documented: As(Lost, "This method is not cancel safe"),
        place: (WRITE, "fn write_all<'a>("),
        note: "how much it has written: the next call begins again; use `write_all_buf`",
        trial: write_all,
    },
    Method {
        name: "`AsyncWriteExt::write_all_buf`",
        package: "tokio",
        verdict: Kept,
        documented: As(
            Kept,
            "it is guaranteed that the provided buffer has been [advanced]",
        ),
        place: (WRITE, "fn write_all_buf<'a, B>("),
        note: "the caller's buffer is moved on with each write",
        trial: write_all_buf,
    },
    Method {
        name: "`AsyncWriteExt::write_u32`",
        package: "tokio",
        verdict: Lost,
        documented: Nothing,
        place: (WRITE, "fn write_u32(&mut self"),
        note: "how much it has written: the next call begins again",
        trial: write_u32,
    },
    Method {
        name: "`AsyncWriteExt::flush`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: (WRITE, "fn flush(&mut self) -> Flush"),
        note: "the writer knows how far it is",
        trial: flush,
    },
    Method {
        name: "`AsyncWriteExt::shutdown`",
        package: "tokio",
        verdict: Kept,
        documented: Nothing,
        place: (WRITE, "fn shutdown(&mut self) -> Shutdown"),
        note: "the writer knows how far it is",
        trial: shutdown,
    },
    Method {
        name: "`io::copy`",
        package: "tokio",
        verdict: Lost,
        documented: Nothing,
        place: ("src/io/util/copy.rs", "pub async fn copy<"),
        note: "what it has read and not written is in the future; use `copy_buf`",
        trial: copied,
    },
    Method {
        name: "`io::copy_buf`",
        package: "tokio",
        verdict: Kept,
        documented: Nothing,
        place: ("src/io/util/copy_buf.rs", "pub async fn copy_buf<"),
        note: "what is not written is in the caller's reader",
        trial: copied_from_buffer,
    },
    Method {
        name: "`io::copy_bidirectional`",
        package: "tokio",
        verdict: Lost,
        documented: Nothing,
        place: (
            "src/io/util/copy_bidirectional.rs",
            "pub async fn copy_bidirectional<",
        ),
        note: "what it has read and not written is in the future; pin it",
        trial: copied_both_ways,
    },
    Method {
        name: "`StreamExt::next` of `Framed`",
        package: "tokio-util",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/codec/framed.rs", "pub struct Framed<"),
        note: "half a frame is in `Framed`",
        trial: framed_next,
    },
    Method {
        name: "`SinkExt::send` into `Framed`, its buffer full",
        package: "tokio-util",
        verdict: Lost,
        documented: As(Lost, "the message itself is lost"),
        place: ("src/codec/framed.rs", "pub struct Framed<"),
        note: "the message is dropped with the future; `poll_ready_unpin` first",
        trial: framed_send_when_full,
    },
    Method {
        name: "`poll_ready_unpin`, then `start_send_unpin` into `Framed`",
        package: "tokio-util",
        verdict: Kept,
        documented: Nothing,
        place: ("src/codec/framed.rs", "pub fn new("),
        note: "the message is with the caller until there is room",
        trial: framed_ready_then_sent,
    },
    Method {
        name: "`SinkExt::send` into `Framed`, with room",
        package: "tokio-util",
        verdict: Kept,
        documented: As(Lost, "it is guaranteed that the message was not sent"),
        place: ("src/codec/framed.rs", "pub struct Framed<"),
        note: "the message is in the buffer and will be sent; who repeats it sends it twice",
        trial: framed_send_with_room,
    },
];

/// A reader that has `12`, and its writer.
async fn half() -> (BufReader<DuplexStream>, DuplexStream) {
    let (reader, mut writer) = duplex(64);
    send(&mut writer, "12").await;
    (BufReader::new(reader), writer)
}

async fn send(writer: &mut DuplexStream, bytes: &str) {
    let written = writer.write_all(bytes.as_bytes()).await;
    written.expect("the pipe is open and has room");
}

/// Logs what is left to read.
async fn rest(trial: &Trial, mut reader: impl AsyncReadExt + Unpin) {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).await.expect("a pipe");
    trial.log().push(bytes);
}

/// Hands over a pipe with room for two bytes, and logs what comes out of it.
async fn into_pipe(trial: &Trial, write: impl AsyncFnOnce(DuplexStream)) {
    let (writer, reader) = duplex(2);
    join(write(writer), rest(trial, reader)).await;
}

fn read(trial: &Trial) {
    in_tokio(async {
        let (mut reader, mut writer) = duplex(64);
        let mut buffer = [0; 2];
        let count = trial
            .call(
                async || reader.read(&mut buffer).await.expect("a pipe"),
                async || send(&mut writer, "1234").await,
            )
            .await;
        drop(writer);
        trial.log().push(&buffer[..count]);
        rest(trial, reader).await;
    });
}

fn read_buf(trial: &Trial) {
    in_tokio(async {
        let (mut reader, mut writer) = duplex(64);
        let mut buffer = Vec::new();
        trial
            .call(
                async || reader.read_buf(&mut buffer).await.expect("a pipe"),
                async || send(&mut writer, "1234").await,
            )
            .await;
        drop(writer);
        trial.log().push(buffer);
        rest(trial, reader).await;
    });
}

fn read_exact(trial: &Trial) {
    in_tokio(async {
        let (mut reader, mut writer) = half().await;
        let mut frame = [0; 4];
        trial
            .call(
                async || reader.read_exact(&mut frame).await.expect("six bytes"),
                async || send(&mut writer, "3456").await,
            )
            .await;
        drop(writer);
        trial.log().push(frame);
        rest(trial, reader).await;
    });
}

fn read_exact_by_reference(trial: &Trial) {
    in_tokio(async {
        let (mut reader, mut writer) = half().await;
        let mut frame = [0; 4];
        {
            let mut reading = pin!(reader.read_exact(&mut frame));
            trial
                .call(
                    async || reading.as_mut().await.expect("six bytes"),
                    async || send(&mut writer, "3456").await,
                )
                .await;
        }
        drop(writer);
        trial.log().push(frame);
        rest(trial, reader).await;
    });
}

fn read_u32(trial: &Trial) {
    in_tokio(async {
        let (mut reader, mut writer) = half().await;
        let number = trial
            .call(
                async || reader.read_u32().await.expect("six bytes"),
                async || {
                    send(&mut writer, "3456").await;
                },
            )
            .await;
        drop(writer);
        trial.log().push(number.to_be_bytes());
        rest(trial, reader).await;
    });
}

fn read_to_end(trial: &Trial) {
    in_tokio(async {
        let (mut reader, mut writer) = half().await;
        let mut bytes = Vec::new();
        trial
            .call(
                async || reader.read_to_end(&mut bytes).await.expect("a pipe"),
                async || {
                    send(&mut writer, "34").await;
                    drop(writer);
                },
            )
            .await;
        trial.log().push(bytes);
    });
}

fn read_to_string(trial: &Trial) {
    in_tokio(async {
        let (mut reader, mut writer) = half().await;
        let mut text = String::new();
        trial
            .call(
                async || reader.read_to_string(&mut text).await.expect("digits"),
                async || {
                    send(&mut writer, "34").await;
                    drop(writer);
                },
            )
            .await;
        trial.log().push(text);
    });
}

fn read_until(trial: &Trial) {
    in_tokio(async {
        let (mut reader, mut writer) = half().await;
        let mut line = Vec::new();
        trial
            .call(
                async || reader.read_until(b'\n', &mut line).await.expect("a pipe"),
                async || send(&mut writer, "34\n56").await,
            )
            .await;
        drop(writer);
        trial.log().push(line);
        rest(trial, reader).await;
    });
}

fn read_line(trial: &Trial) {
    in_tokio(async {
        let (mut reader, mut writer) = half().await;
        let mut line = String::new();
        trial
            .call(
                async || reader.read_line(&mut line).await.expect("digits"),
                async || send(&mut writer, "34\n56").await,
            )
            .await;
        drop(writer);
        trial.log().push(line);
        rest(trial, reader).await;
    });
}

fn fill_buf(trial: &Trial) {
    in_tokio(async {
        let (reader, mut writer) = duplex(64);
        let mut reader = BufReader::new(reader);
        trial
            .call(
                async || {
                    reader.fill_buf().await.expect("a pipe");
                },
                async || send(&mut writer, "12").await,
            )
            .await;
        drop(writer);
        rest(trial, reader).await;
    });
}

fn next_line(trial: &Trial) {
    in_tokio(async {
        let (reader, mut writer) = half().await;
        let mut lines = reader.lines();
        let line = trial
            .call(
                async || lines.next_line().await.expect("digits"),
                async || send(&mut writer, "34\n56").await,
            )
            .await;
        drop(writer);
        trial.log().push(line.unwrap_or_default());
        rest(trial, lines.into_inner()).await;
    });
}

fn next_segment(trial: &Trial) {
    in_tokio(async {
        let (reader, mut writer) = half().await;
        let mut segments = reader.split(b'\n');
        let segment = trial
            .call(
                async || segments.next_segment().await.expect("a pipe"),
                async || send(&mut writer, "34\n").await,
            )
            .await;
        trial.log().push(segment.unwrap_or_default());
    });
}

fn write(trial: &Trial) {
    in_tokio(into_pipe(trial, async |mut writer| {
        send(&mut writer, "12").await;
        trial
            .call(
                async || writer.write(b"34").await.expect("it is open"),
                async || {},
            )
            .await;
    }));
}

fn write_buf(trial: &Trial) {
    in_tokio(into_pipe(trial, async |mut writer| {
        send(&mut writer, "12").await;
        let mut bytes = b"34".as_slice();
        trial
            .call(
                async || writer.write_buf(&mut bytes).await.expect("it is open"),
                async || {},
            )
            .await;
    }));
}

fn write_all(trial: &Trial) {
    in_tokio(into_pipe(trial, async |mut writer| {
        trial
            .call(
                async || writer.write_all(b"1234").await.expect("it is open"),
                async || {},
            )
            .await;
    }));
}

fn write_all_buf(trial: &Trial) {
    in_tokio(into_pipe(trial, async |mut writer| {
        let mut bytes = b"1234".as_slice();
        trial
            .call(
                async || writer.write_all_buf(&mut bytes).await.expect("it is open"),
                async || {},
            )
            .await;
    }));
}

fn write_u32(trial: &Trial) {
    in_tokio(into_pipe(trial, async |mut writer| {
        let number = u32::from_be_bytes(*b"1234");
        trial
            .call(
                async || writer.write_u32(number).await.expect("it is open"),
                async || {},
            )
            .await;
    }));
}

fn flush(trial: &Trial) {
    in_tokio(into_pipe(trial, async |writer| {
        let mut writer = BufWriter::new(writer);
        writer.write_all(b"1234").await.expect("it has room");
        trial
            .call(
                async || writer.flush().await.expect("it is open"),
                async || {},
            )
            .await;
    }));
}

fn shutdown(trial: &Trial) {
    in_tokio(into_pipe(trial, async |writer| {
        let mut writer = BufWriter::new(writer);
        writer.write_all(b"1234").await.expect("it has room");
        trial
            .call(
                async || writer.shutdown().await.expect("it is open"),
                async || {},
            )
            .await;
    }));
}

fn copied(trial: &Trial) {
    in_tokio(into_pipe(trial, async |mut sink| {
        let (mut source, mut writer) = duplex(64);
        send(&mut writer, "1234").await;
        trial
            .call(
                async || copy(&mut source, &mut sink).await.expect("two pipes"),
                async || {
                    send(&mut writer, "56").await;
                    drop(writer);
                },
            )
            .await;
    }));
}

fn copied_both_ways(trial: &Trial) {
    in_tokio(into_pipe(trial, async |mut sink| {
        let (mut source, mut writer) = duplex(64);
        send(&mut writer, "1234").await;
        let copies = async || copy_bidirectional(&mut source, &mut sink).await;
        let event = async || {
            send(&mut writer, "56").await;
            drop(writer);
        };
        trial.call(copies, event).await.expect("two pipes");
    }));
}

fn copied_from_buffer(trial: &Trial) {
    in_tokio(into_pipe(trial, async |mut sink| {
        let (source, mut writer) = duplex(64);
        let mut source = BufReader::new(source);
        send(&mut writer, "1234").await;
        trial
            .call(
                async || copy_buf(&mut source, &mut sink).await.expect("two pipes"),
                async || {
                    send(&mut writer, "56").await;
                    drop(writer);
                },
            )
            .await;
    }));
}

fn framed_next(trial: &Trial) {
    in_tokio(async {
        let (reader, mut writer) = half().await;
        let mut frames = Framed::new(reader, LinesCodec::new());
        let first = trial
            .call(
                async || frames.next().await.expect("a frame").expect("digits"),
                async || send(&mut writer, "34\n56\n").await,
            )
            .await;
        let second = frames.next().await.expect("a frame").expect("digits");
        trial.log().push(first);
        trial.log().push(second);
    });
}

fn framed_send_when_full(trial: &Trial) {
    in_tokio(into_pipe(trial, async |writer| {
        let mut frames = Framed::new(writer, LinesCodec::new());
        frames.set_backpressure_boundary(1);
        frames.feed("12").await.expect("it has room");
        let mut message = Some("34");
        trial
            .call(
                async || {
                    if let Some(message) = message.take() {
                        frames.send(message).await.expect("it is open");
                    }
                },
                async || {},
            )
            .await;
        SinkExt::<&str>::close(&mut frames)
            .await
            .expect("it is open");
    }));
}

fn framed_ready_then_sent(trial: &Trial) {
    in_tokio(into_pipe(trial, async |writer| {
        let mut frames = Framed::new(writer, LinesCodec::new());
        frames.set_backpressure_boundary(1);
        frames.feed("12").await.expect("it has room");
        trial
            .call(
                async || {
                    let ready = poll_fn(|context| {
                        SinkExt::<&str>::poll_ready_unpin(&mut frames, context)
                    });
                    ready.await.expect("it is open");
                },
                async || {},
            )
            .await;
        frames.start_send_unpin("34").expect("it has room");
        SinkExt::<&str>::close(&mut frames)
            .await
            .expect("it is open");
    }));
}

fn framed_send_with_room(trial: &Trial) {
    in_tokio(into_pipe(trial, async |writer| {
        let mut frames = Framed::new(writer, LinesCodec::new());
        let mut message = Some("1234");
        trial
            .call(
                async || {
                    if let Some(message) = message.take() {
                        frames.send(message).await.expect("it is open");
                    }
                },
                async || {},
            )
            .await;
        SinkExt::<&str>::close(&mut frames)
            .await
            .expect("it is open");
    }));
}
