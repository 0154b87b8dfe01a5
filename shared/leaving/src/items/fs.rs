//! `async_std::fs` and `async_std::path`.

use std::{
    io,
    path::{Path as Directory, PathBuf as Place},
};

use super::table;

/// A file of four bytes.
fn file(here: &Directory) -> io::Result<Place> {
    let path = here.join("file");
    std::fs::write(&path, "a\nb\n")?;
    Ok(path)
}

table! {
    "async_std::fs, async_std::path", in here;
    async_std {
        pub(super) use async_std::fs::{self, DirBuilder, File, OpenOptions};
        pub(super) use async_std::{io::{SeekFrom, prelude::*}, os::unix::fs::symlink};
        pub(super) use async_std::{path::Path, prelude::*};
    }
    smol {
        pub(super) use smol::fs::{self, DirBuilder, File, OpenOptions, unix::symlink};
        pub(super) use smol::{io::SeekFrom, prelude::*};
        pub(super) use std::path::Path;
    }
    tokio {
        pub(super) use std::{io::SeekFrom, path::Path};
        pub(super) use tokio::fs::{self, DirBuilder, File, OpenOptions, symlink};
        pub(super) use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
    }

    "fs::read", "":
    async_std [ let path = file(&here)?; ]
    { fs::read(&path).await? }
    smol [ let path = file(&here)?; ]
    { fs::read(&path).await? }
    tokio [ let path = file(&here)?; ]
    { fs::read(&path).await? }

    "fs::read_to_string", "an error of async-std names the path, in the message alone":
    async_std [ let path = file(&here)?; ]
    { fs::read_to_string(&path).await? }
    smol [ let path = file(&here)?; ]
    { fs::read_to_string(&path).await? }
    tokio [ let path = file(&here)?; ]
    { fs::read_to_string(&path).await? }

    "fs::write", "":
    async_std [ let path = file(&here)?; ]
    { fs::write(&path, b"a").await? } [ ; std::fs::read(&path)? ]
    smol [ let path = file(&here)?; ]
    { fs::write(&path, b"a").await? } [ ; std::fs::read(&path)? ]
    tokio [ let path = file(&here)?; ]
    { fs::write(&path, b"a").await? } [ ; std::fs::read(&path)? ]

    "fs::copy", "":
    async_std [ let path = file(&here)?; ]
    { fs::copy(&path, here.join("copy")).await? }
    smol [ let path = file(&here)?; ]
    { fs::copy(&path, here.join("copy")).await? }
    tokio [ let path = file(&here)?; ]
    { fs::copy(&path, here.join("copy")).await? }

    "fs::rename", "":
    async_std [ let path = file(&here)?; ]
    { fs::rename(&path, here.join("new")).await?; } [ path.exists() ]
    smol [ let path = file(&here)?; ]
    { fs::rename(&path, here.join("new")).await?; } [ path.exists() ]
    tokio [ let path = file(&here)?; ]
    { fs::rename(&path, here.join("new")).await?; } [ path.exists() ]

    "fs::remove_file", "":
    async_std [ let path = file(&here)?; ]
    { fs::remove_file(&path).await?; } [ path.exists() ]
    smol [ let path = file(&here)?; ]
    { fs::remove_file(&path).await?; } [ path.exists() ]
    tokio [ let path = file(&here)?; ]
    { fs::remove_file(&path).await?; } [ path.exists() ]

    "fs::create_dir", "":
    async_std { fs::create_dir(here.join("new")).await?; } [ here.join("new").is_dir() ]
    smol { fs::create_dir(here.join("new")).await?; } [ here.join("new").is_dir() ]
    tokio { fs::create_dir(here.join("new")).await?; } [ here.join("new").is_dir() ]

    "fs::create_dir_all", "":
    async_std { fs::create_dir_all(here.join("a/b")).await?; } [ here.join("a/b").is_dir() ]
    smol { fs::create_dir_all(here.join("a/b")).await?; } [ here.join("a/b").is_dir() ]
    tokio { fs::create_dir_all(here.join("a/b")).await?; } [ here.join("a/b").is_dir() ]

    "fs::DirBuilder", "":
    async_std { DirBuilder::new().recursive(true).create(here.join("a/b")).await?; } [ here.join("a/b").is_dir() ]
    smol { DirBuilder::new().recursive(true).create(here.join("a/b")).await?; } [ here.join("a/b").is_dir() ]
    tokio { DirBuilder::new().recursive(true).create(here.join("a/b")).await?; } [ here.join("a/b").is_dir() ]

    "fs::remove_dir", "":
    async_std { fs::remove_dir(&here).await?; } [ here.exists() ]
    smol { fs::remove_dir(&here).await?; } [ here.exists() ]
    tokio { fs::remove_dir(&here).await?; } [ here.exists() ]

    "fs::remove_dir_all", "":
    async_std [ let path = file(&here)?; ]
    { fs::remove_dir_all(&here).await?; } [ path.exists() ]
    smol [ let path = file(&here)?; ]
    { fs::remove_dir_all(&here).await?; } [ path.exists() ]
    tokio [ let path = file(&here)?; ]
    { fs::remove_dir_all(&here).await?; } [ path.exists() ]

    "fs::read_dir", "tokio's `ReadDir` is no stream":
    async_std [ let path = file(&here)?; ]
    { let mut entries = fs::read_dir(&here).await?; let entry = entries.next().await.transpose()?; } [ drop(path); entry.map(|entry| entry.file_name()) ]
    smol [ let path = file(&here)?; ]
    { let mut entries = fs::read_dir(&here).await?; let entry = entries.next().await.transpose()?; } [ drop(path); entry.map(|entry| entry.file_name()) ]
    tokio [ let path = file(&here)?; ]
    { let mut entries = fs::read_dir(&here).await?; let entry = entries.next_entry().await?; } [ drop(path); entry.map(|entry| entry.file_name()) ]

    "fs::metadata", "":
    async_std [ let path = file(&here)?; ]
    { fs::metadata(&path).await?.len() }
    smol [ let path = file(&here)?; ]
    { fs::metadata(&path).await?.len() }
    tokio [ let path = file(&here)?; ]
    { fs::metadata(&path).await?.len() }

    "fs::symlink_metadata", "":
    async_std [ let path = file(&here)?; ]
    { fs::symlink_metadata(&path).await?.is_symlink() }
    smol [ let path = file(&here)?; ]
    { fs::symlink_metadata(&path).await?.is_symlink() }
    tokio [ let path = file(&here)?; ]
    { fs::symlink_metadata(&path).await?.is_symlink() }

    "fs::canonicalize", "async-std returns a `PathBuf` of its own":
    async_std [ let path = file(&here)?; ]
    { fs::canonicalize(&path).await? } [ .is_absolute() ]
    smol [ let path = file(&here)?; ]
    { fs::canonicalize(&path).await? } [ .is_absolute() ]
    tokio [ let path = file(&here)?; ]
    { fs::canonicalize(&path).await? } [ .is_absolute() ]

    "fs::hard_link", "":
    async_std [ let path = file(&here)?; ]
    { fs::hard_link(&path, here.join("link")).await?; } [ here.join("link").exists() ]
    smol [ let path = file(&here)?; ]
    { fs::hard_link(&path, here.join("link")).await?; } [ here.join("link").exists() ]
    tokio [ let path = file(&here)?; ]
    { fs::hard_link(&path, here.join("link")).await?; } [ here.join("link").exists() ]

    "os::unix::fs::symlink", "":
    async_std [ let path = file(&here)?; ]
    { symlink(&path, here.join("link")).await?; } [ here.join("link").is_symlink() ]
    smol [ let path = file(&here)?; ]
    { symlink(&path, here.join("link")).await?; } [ here.join("link").is_symlink() ]
    tokio [ let path = file(&here)?; ]
    { symlink(&path, here.join("link")).await?; } [ here.join("link").is_symlink() ]

    "fs::read_link", "":
    async_std [ let path = file(&here)?; std::os::unix::fs::symlink(&path, here.join("link"))?; ]
    { fs::read_link(here.join("link")).await? } [ .is_absolute() ]
    smol [ let path = file(&here)?; std::os::unix::fs::symlink(&path, here.join("link"))?; ]
    { fs::read_link(here.join("link")).await? } [ .is_absolute() ]
    tokio [ let path = file(&here)?; std::os::unix::fs::symlink(&path, here.join("link"))?; ]
    { fs::read_link(here.join("link")).await? } [ .is_absolute() ]

    "fs::set_permissions", "":
    async_std [ let path = file(&here)?; ]
    { let mut mode = fs::metadata(&path).await?.permissions(); mode.set_readonly(true); fs::set_permissions(&path, mode).await?; } [ path.metadata()?.permissions().readonly() ]
    smol [ let path = file(&here)?; ]
    { let mut mode = fs::metadata(&path).await?.permissions(); mode.set_readonly(true); fs::set_permissions(&path, mode).await?; } [ path.metadata()?.permissions().readonly() ]
    tokio [ let path = file(&here)?; ]
    { let mut mode = fs::metadata(&path).await?.permissions(); mode.set_readonly(true); fs::set_permissions(&path, mode).await?; } [ path.metadata()?.permissions().readonly() ]

    "fs::File::open", "":
    async_std [ let path = file(&here)?; let mut text = String::new(); ]
    { let mut file = File::open(&path).await?; file.read_to_string(&mut text).await?; } [ text ]
    smol [ let path = file(&here)?; let mut text = String::new(); ]
    { let mut file = File::open(&path).await?; file.read_to_string(&mut text).await?; } [ text ]
    tokio [ let path = file(&here)?; let mut text = String::new(); ]
    { let mut file = File::open(&path).await?; file.read_to_string(&mut text).await?; } [ text ]

    "fs::File::create", "flush before the drop: smol and tokio do not wait there":
    async_std [ let path = file(&here)?; ]
    { let mut file = File::create(&path).await?; file.write_all(b"b").await?; file.flush().await?; } [ drop(file); std::fs::read(&path)? ]
    smol [ let path = file(&here)?; ]
    { let mut file = File::create(&path).await?; file.write_all(b"b").await?; file.flush().await?; } [ drop(file); std::fs::read(&path)? ]
    tokio [ let path = file(&here)?; ]
    { let mut file = File::create(&path).await?; file.write_all(b"b").await?; file.flush().await?; } [ drop(file); std::fs::read(&path)? ]

    "fs::OpenOptions", "":
    async_std [ let path = file(&here)?; ]
    { let mut file = OpenOptions::new().append(true).open(&path).await?; file.write_all(b"b").await?; file.flush().await?; } [ drop(file); std::fs::read(&path)? ]
    smol [ let path = file(&here)?; ]
    { let mut file = OpenOptions::new().append(true).open(&path).await?; file.write_all(b"b").await?; file.flush().await?; } [ drop(file); std::fs::read(&path)? ]
    tokio [ let path = file(&here)?; ]
    { let mut file = OpenOptions::new().append(true).open(&path).await?; file.write_all(b"b").await?; file.flush().await?; } [ drop(file); std::fs::read(&path)? ]

    "fs::File::sync_all", "":
    async_std [ let path = file(&here)?; ]
    { let mut file = File::create(&path).await?; file.write_all(b"b").await?; file.sync_all().await?; } [ std::fs::read(&path)? ]
    smol [ let path = file(&here)?; ]
    { let mut file = File::create(&path).await?; file.write_all(b"b").await?; file.sync_all().await?; } [ std::fs::read(&path)? ]
    tokio [ let path = file(&here)?; ]
    { let mut file = File::create(&path).await?; file.write_all(b"b").await?; file.sync_all().await?; } [ std::fs::read(&path)? ]

    "fs::File::set_len", "":
    async_std [ let path = file(&here)?; ]
    { let file = OpenOptions::new().write(true).open(&path).await?; file.set_len(1).await?; } [ path.metadata()?.len() ]
    smol [ let path = file(&here)?; ]
    { let file = OpenOptions::new().write(true).open(&path).await?; file.set_len(1).await?; } [ path.metadata()?.len() ]
    tokio [ let path = file(&here)?; ]
    { let file = OpenOptions::new().write(true).open(&path).await?; file.set_len(1).await?; } [ path.metadata()?.len() ]

    "fs::File: Seek", "":
    async_std [ let path = file(&here)?; ]
    { let mut file = File::open(&path).await?; file.seek(SeekFrom::Start(2)).await? }
    smol [ let path = file(&here)?; ]
    { let mut file = File::open(&path).await?; file.seek(SeekFrom::Start(2)).await? }
    tokio [ let path = file(&here)?; ]
    { let mut file = File::open(&path).await?; file.seek(SeekFrom::Start(2)).await? }

    "path::Path::exists", "`std::path` has no futures: ask `fs`":
    async_std [ let path = file(&here)?; ]
    { Path::new(&path).exists().await }
    smol [ let path = file(&here)?; ]
    { smol::fs::metadata(&path).await.is_ok() }
    tokio [ let path = file(&here)?; ]
    { fs::try_exists(&path).await? }

    "path::{Path, PathBuf}", "the standard library has them":
    async_std { let path = Path::new("a").join("b"); } [ path.to_string_lossy().into_owned() ]
    smol { let path = Path::new("a").join("b"); } [ path.to_string_lossy().into_owned() ]
    tokio { let path = Path::new("a").join("b"); } [ path.to_string_lossy().into_owned() ]
}
