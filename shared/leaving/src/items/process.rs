//! `async_std::process`.

use super::table;

table! {
    "async_std::process", in here;
    async_std { pub(super) use async_std::{prelude::*, process::{Command, Stdio}}; }
    smol { pub(super) use smol::{prelude::*, process::{Command, Stdio}}; }
    tokio { pub(super) use std::process::Stdio; pub(super) use tokio::{io::{AsyncReadExt, AsyncWriteExt}, process::Command}; }

    "process::Command::output", "smol's is the same type":
    async_std { Command::new("echo").arg("a").output().await?.stdout }
    smol { Command::new("echo").arg("a").output().await?.stdout }
    tokio { Command::new("echo").arg("a").output().await?.stdout }

    "process::Command::status", "":
    async_std { Command::new("true").status().await?.success() }
    smol { Command::new("true").status().await?.success() }
    tokio { Command::new("true").status().await?.success() }

    "process::Child::status", "`wait` on tokio":
    async_std { let mut child = Command::new("true").spawn()?; child.status().await?.success() }
    smol { let mut child = Command::new("true").spawn()?; child.status().await?.success() }
    tokio { let mut child = Command::new("true").spawn()?; child.wait().await?.success() }

    "process::Child, stdout.take()", "":
    async_std [ let mut child = Command::new("echo").arg("a").stdout(Stdio::piped()).spawn()?; let mut text = String::new(); ]
    { child.stdout.take().expect("a pipe").read_to_string(&mut text).await?; } [ child.status().await?; text ]
    smol [ let mut child = Command::new("echo").arg("a").stdout(Stdio::piped()).spawn()?; let mut text = String::new(); ]
    { child.stdout.take().expect("a pipe").read_to_string(&mut text).await?; } [ child.status().await?; text ]
    tokio [ let mut child = Command::new("echo").arg("a").stdout(Stdio::piped()).spawn()?; let mut text = String::new(); ]
    { child.stdout.take().expect("a pipe").read_to_string(&mut text).await?; } [ child.wait().await?; text ]

    "process::Child::kill", "tokio's `kill` also waits; `start_kill` does not":
    async_std [ let mut child = Command::new("sleep").arg("60").spawn()?; ]
    { child.kill()?; } [ child.status().await?.success() ]
    smol [ let mut child = Command::new("sleep").arg("60").spawn()?; ]
    { child.kill()?; } [ child.status().await?.success() ]
    tokio [ let mut child = Command::new("sleep").arg("60").spawn()?; ]
    { child.start_kill()?; } [ child.wait().await?.success() ]

    "process::Child::output", "a pipe to its input has to be dropped first":
    async_std [ let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?; ]
    { child.stdin.take().expect("a pipe").write_all(b"a").await?; child.output().await?.stdout }
    smol [ let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?; ]
    { child.stdin.take().expect("a pipe").write_all(b"a").await?; child.output().await?.stdout }
    tokio [ let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?; ]
    { child.stdin.take().expect("a pipe").write_all(b"a").await?; child.wait_with_output().await?.stdout }
}
