//! `async_std::io`, and the traits of its prelude.

use super::{TICK, table};

table! {
    "async_std::io", in here;
    async_std { pub(super) use async_std::io::{self, prelude::*, BufReader, BufWriter}; pub(super) use async_std::prelude::*; }
    smol { pub(super) use smol::{Timer, Unblock, io::{self, BufReader, BufWriter}, prelude::*}; }
    tokio { pub(super) use tokio::{io::{self, *}, task, time}; }

    "io::{Read, Write, BufRead, Seek}", "smol's are the same traits; tokio's are others, and `tokio_util::compat` stands between":
    async_std { fn takes(_: impl io::Read + Unpin) {} } [ takes(io::empty()) ]
    smol { fn takes(_: impl io::AsyncRead + Unpin) {} } [ takes(io::empty()) ]
    tokio { fn takes(_: impl io::AsyncRead + Unpin) {} } [ takes(io::empty()) ]

    "io::copy", "":
    async_std [ let mut input = &b"abc"[..]; let mut output = Vec::new(); ]
    { io::copy(&mut input, &mut output).await? }
    smol [ let mut input = &b"abc"[..]; let mut output = Vec::new(); ]
    { io::copy(&mut input, &mut output).await? }
    tokio [ let mut input = &b"abc"[..]; let mut output = Vec::new(); ]
    { io::copy(&mut input, &mut output).await? }

    "io::timeout", "the error's kind is `TimedOut` in all three, its text another":
    async_std [ let slow = std::future::pending::<std::io::Result<()>>(); ]
    { io::timeout(TICK, slow).await } [ .map_err(|error| error.kind()) ]
    smol [ let slow = std::future::pending::<std::io::Result<()>>(); ]
    { slow.or(async { Timer::after(TICK).await; Err(io::ErrorKind::TimedOut.into()) }).await }
    [ .map_err(|error| error.kind()) ]
    tokio [ let slow = std::future::pending::<std::io::Result<()>>(); ]
    { time::timeout(TICK, slow).await.unwrap_or_else(|late| Err(late.into())) }
    [ .map_err(|error| error.kind()) ]

    "io::BufReader, BufReadExt::lines", "tokio's `Lines` is no stream, so it has no `map` nor `enumerate`; `LinesStream` of tokio-stream is one":
    async_std [ let input = &b"a\nb\n"[..]; ]
    { let mut lines = BufReader::new(input).lines(); let line = lines.next().await.transpose()?; }
    [ line ]
    smol [ let input = &b"a\nb\n"[..]; ]
    { let mut lines = BufReader::new(input).lines(); let line = lines.next().await.transpose()?; }
    [ line ]
    tokio [ let input = &b"a\nb\n"[..]; ]
    { let mut lines = BufReader::new(input).lines(); let line = lines.next_line().await?; }
    [ line ]

    "BufReadExt::read_line", "":
    async_std [ let mut input = BufReader::new(&b"a\nb\n"[..]); let mut line = String::new(); ]
    { input.read_line(&mut line).await?; } [ line ]
    smol [ let mut input = BufReader::new(&b"a\nb\n"[..]); let mut line = String::new(); ]
    { input.read_line(&mut line).await?; } [ line ]
    tokio [ let mut input = BufReader::new(&b"a\nb\n"[..]); let mut line = String::new(); ]
    { input.read_line(&mut line).await?; } [ line ]

    "BufReadExt::split", "":
    async_std [ let input = BufReader::new(&b"a;b"[..]); ]
    { input.split(b';').next().await.transpose()? }
    smol [ let input = BufReader::new(&b"a;b"[..]); ]
    { input.split(b';').next().await.transpose()? }
    tokio [ let input = BufReader::new(&b"a;b"[..]); ]
    { input.split(b';').next_segment().await? }

    "ReadExt::read_exact", "":
    async_std [ let mut input = &b"abc"[..]; let mut part = [0; 2]; ]
    { input.read_exact(&mut part).await?; } [ part ]
    smol [ let mut input = &b"abc"[..]; let mut part = [0; 2]; ]
    { input.read_exact(&mut part).await?; } [ part ]
    tokio [ let mut input = &b"abc"[..]; let mut part = [0; 2]; ]
    { input.read_exact(&mut part).await?; } [ part ]

    "ReadExt::read_to_end", "":
    async_std [ let mut input = &b"abc"[..]; let mut all = Vec::new(); ]
    { input.read_to_end(&mut all).await?; } [ all ]
    smol [ let mut input = &b"abc"[..]; let mut all = Vec::new(); ]
    { input.read_to_end(&mut all).await?; } [ all ]
    tokio [ let mut input = &b"abc"[..]; let mut all = Vec::new(); ]
    { input.read_to_end(&mut all).await?; } [ all ]

    "ReadExt::take, chain", "":
    async_std [ let mut all = String::new(); ]
    { (&b"abc"[..]).take(2).chain(&b"de"[..]).read_to_string(&mut all).await?; } [ all ]
    smol [ let mut all = String::new(); ]
    { (&b"abc"[..]).take(2).chain(&b"de"[..]).read_to_string(&mut all).await?; } [ all ]
    tokio [ let mut all = String::new(); ]
    { (&b"abc"[..]).take(2).chain(&b"de"[..]).read_to_string(&mut all).await?; } [ all ]

    "WriteExt::write_all, flush", "a file or a `BufWriter` that is dropped loses what was not flushed":
    async_std { let mut output = BufWriter::new(Vec::new()); output.write_all(b"abc").await?; output.flush().await?; }
    [ output.get_ref().clone() ]
    smol { let mut output = BufWriter::new(Vec::new()); output.write_all(b"abc").await?; output.flush().await?; }
    [ output.get_ref().clone() ]
    tokio { let mut output = BufWriter::new(Vec::new()); output.write_all(b"abc").await?; output.flush().await?; }
    [ output.get_ref().clone() ]

    "write!, WriteExt::write_fmt", "smol and tokio have no `write_fmt`, so nothing for `write!` to call":
    async_std [ let mut output = Vec::new(); ] { write!(output, "{} of {}", 1, 2).await?; } [ output ]
    smol [ let mut output = Vec::new(); ]
    { output.write_all(format!("{} of {}", 1, 2).as_bytes()).await?; } [ output ]
    tokio [ let mut output = Vec::new(); ]
    { output.write_all(format!("{} of {}", 1, 2).as_bytes()).await?; } [ output ]

    "io::BufWriter::into_inner", "smol's and tokio's throw away what was not flushed":
    async_std [ let mut output = BufWriter::new(Vec::new()); output.write_all(b"abc").await?; ]
    { let inner = output.into_inner().await; } [ inner.ok() ]
    smol [ let mut output = BufWriter::new(Vec::new()); output.write_all(b"abc").await?; ]
    { output.flush().await?; let inner = output.into_inner(); } [ Some(inner) ]
    tokio [ let mut output = BufWriter::new(Vec::new()); output.write_all(b"abc").await?; ]
    { output.flush().await?; let inner = output.into_inner(); } [ Some(inner) ]

    "io::Cursor", "tokio takes the standard library's":
    async_std { let mut input = io::Cursor::new(vec![7, 8]); } [ input.read(&mut [0; 4]).await? ]
    smol { let mut input = io::Cursor::new(vec![7, 8]); } [ input.read(&mut [0; 4]).await? ]
    tokio { let mut input = std::io::Cursor::new(vec![7, 8]); } [ input.read(&mut [0; 4]).await? ]

    "io::{empty, repeat, sink}", "":
    async_std { io::copy(&mut io::repeat(7).take(3), &mut io::sink()).await? }
    smol { io::copy(io::repeat(7).take(3), io::sink()).await? }
    tokio { io::copy(&mut io::repeat(7).take(3), &mut io::sink()).await? }

    "io::stdin", "smol's reads ahead for itself: make one, and keep it; a read can't be stopped, and tokio's runtime waits for it: on tokio better read on a thread of your own":
    async_std [ let mut line = String::new(); ]
    { let input = io::stdin(); input.read_line(&mut line).await? }
    smol [ let mut line = String::new(); ]
    { let mut input = BufReader::new(Unblock::new(std::io::stdin())); input.read_line(&mut line).await? }
    tokio { task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await?? }

    "io::stdout, stderr", "on tokio the feature `io-std` has one that waits":
    async_std { io::stdout().flush().await? }
    smol { Unblock::new(std::io::stdout()).flush().await? }
    tokio { std::io::Write::flush(&mut std::io::stdout())? }
}
