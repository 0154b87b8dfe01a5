//! The readers and writers of futures-lite, which smol has as `smol::io`.

use futures_util::future::join;
use smol::{
    block_on,
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter, copy},
    stream::StreamExt,
};
use tokio::io::{DuplexStream, duplex};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

use crate::{
    Documented::Nothing,
    Method, Trial,
    Verdict::{Kept, Lost},
};

const IO: &str = "src/io.rs";

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "`AsyncReadExt::read`",
        package: "futures-lite",
        verdict: Kept,
        documented: Nothing,
        place: (IO, "fn read<'a>("),
        note: "it takes nothing unless it is ready",
        trial: read,
    },
    Method {
        name: "`AsyncReadExt::read_exact`",
        package: "futures-lite",
        verdict: Lost,
        documented: Nothing,
        place: (IO, "fn read_exact<'a>("),
        note: "what it has read is counted in the future; pin it and poll by reference",
        trial: read_exact,
    },
    Method {
        name: "`AsyncReadExt::read_to_end`",
        package: "futures-lite",
        verdict: Kept,
        documented: Nothing,
        place: (IO, "fn read_to_end<'a>("),
        note: "what it has read is in the caller's `Vec`, and the next call appends",
        trial: read_to_end,
    },
    Method {
        name: "`AsyncReadExt::read_to_string`",
        package: "futures-lite",
        verdict: Lost,
        documented: Nothing,
        place: (IO, "fn read_to_string<'a>("),
        note: "what it has read is in the future, to be checked; use `read_to_end`",
        trial: read_to_string,
    },
    Method {
        name: "`AsyncBufReadExt::read_until`",
        package: "futures-lite",
        verdict: Kept,
        documented: Nothing,
        place: (IO, "fn read_until<'a>("),
        note: "what it has read is in the caller's `Vec`; do not clear that between calls",
        trial: read_until,
    },
    Method {
        name: "`AsyncBufReadExt::read_line`",
        package: "futures-lite",
        verdict: Lost,
        documented: Nothing,
        place: (IO, "fn read_line<'a>("),
        note: "what it has read is in the future, to be checked; use `lines`",
        trial: read_line,
    },
    Method {
        name: "`next` of `Lines`",
        package: "futures-lite",
        verdict: Kept,
        documented: Nothing,
        place: (IO, "fn lines(self)"),
        note: "half a line is in `Lines`",
        trial: next_line,
    },
    Method {
        name: "`AsyncWriteExt::write`",
        package: "futures-lite",
        verdict: Kept,
        documented: Nothing,
        place: (IO, "fn write<'a>("),
        note: "it writes nothing unless it is ready",
        trial: write,
    },
    Method {
        name: "`AsyncWriteExt::write_all`",
        package: "futures-lite",
        verdict: Lost,
        documented: Nothing,
        place: (IO, "fn write_all<'a>("),
        note: "how much it has written: the next call begins again; loop over `write`",
        trial: write_all,
    },
    Method {
        name: "`AsyncWriteExt::flush`",
        package: "futures-lite",
        verdict: Kept,
        documented: Nothing,
        place: (IO, "fn flush(&mut self) -> FlushFuture"),
        note: "the writer knows how far it is",
        trial: flush,
    },
    Method {
        name: "`AsyncWriteExt::close`",
        package: "futures-lite",
        verdict: Kept,
        documented: Nothing,
        place: (IO, "fn close(&mut self) -> CloseFuture"),
        note: "the writer knows how far it is",
        trial: close,
    },
    Method {
        name: "`io::copy`",
        package: "futures-lite",
        verdict: Lost,
        documented: Nothing,
        place: (IO, "pub async fn copy<"),
        note: "what it has read and not written is in the future; pin it",
        trial: copied,
    },
];

type Pipe = Compat<DuplexStream>;

fn pipe(room: usize) -> (Pipe, Pipe) {
    let (reader, writer) = duplex(room);
    (reader.compat(), writer.compat())
}

/// A reader that has `12`, and its writer.
async fn half() -> (BufReader<Pipe>, Pipe) {
    let (reader, mut writer) = pipe(64);
    send(&mut writer, "12").await;
    (BufReader::new(reader), writer)
}

async fn send(writer: &mut Pipe, bytes: &str) {
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
async fn into_pipe(trial: &Trial, write: impl AsyncFnOnce(Pipe)) {
    let (writer, reader) = pipe(2);
    join(write(writer), rest(trial, reader)).await;
}

fn read(trial: &Trial) {
    block_on(async {
        let (mut reader, mut writer) = pipe(64);
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

fn read_exact(trial: &Trial) {
    block_on(async {
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

fn read_to_end(trial: &Trial) {
    block_on(async {
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
    block_on(async {
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
    block_on(async {
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
    block_on(async {
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

fn next_line(trial: &Trial) {
    block_on(async {
        let (reader, mut writer) = half().await;
        let mut lines = reader.lines();
        let first = trial
            .call(
                async || lines.next().await.expect("a line").expect("digits"),
                async || send(&mut writer, "34\n56\n").await,
            )
            .await;
        let second = lines.next().await.expect("a line").expect("digits");
        trial.log().push(first);
        trial.log().push(second);
    });
}

fn write(trial: &Trial) {
    block_on(into_pipe(trial, async |mut writer| {
        send(&mut writer, "12").await;
        trial
            .call(
                async || writer.write(b"34").await.expect("it is open"),
                async || {},
            )
            .await;
    }));
}

fn write_all(trial: &Trial) {
    block_on(into_pipe(trial, async |mut writer| {
        trial
            .call(
                async || writer.write_all(b"1234").await.expect("it is open"),
                async || {},
            )
            .await;
    }));
}

fn flush(trial: &Trial) {
    block_on(into_pipe(trial, async |writer| {
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

fn close(trial: &Trial) {
    block_on(into_pipe(trial, async |writer| {
        let mut writer = BufWriter::new(writer);
        writer.write_all(b"1234").await.expect("it has room");
        trial
            .call(
                async || writer.close().await.expect("it is open"),
                async || {},
            )
            .await;
    }));
}

fn copied(trial: &Trial) {
    block_on(into_pipe(trial, async |mut sink| {
        let (mut source, mut writer) = pipe(64);
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
