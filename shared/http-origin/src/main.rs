//! The origin as a program: listens, prints its address, serves until it is stopped.
#![forbid(unsafe_code)]

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use http_origin::{Authority, Certificate, Origin};
use printed_text::{shown, tell};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// An HTTP/1.1 origin whose answers are what the path asks for (GET / lists the steps).
/// Prints its address, then serves until Ctrl-C. GET /record answers what it has seen.
/// With --tls, a second line has what curl and the models need to fetch from it.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// The address to listen on; port 0 is any free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    #[arg(value_parser = address)]
    listen: SocketAddr,
    /// Speak https, with a certificate made at start
    #[arg(long, requires = "ca_out")]
    tls: bool,
    /// Where to write the certificate of the CA that signed it, in PEM, for clients to trust
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca_out: Option<PathBuf>,
}

/// Why the program ends before a signal comes.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Origin(#[from] http_origin::Error),
    #[error("can't write the CA's certificate to {}: {source}; name another file by --ca-out", file.display())]
    Authority { file: PathBuf, source: io::Error },
    #[error("standard output: {0}")]
    Output(io::Error),
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080")
}

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) if error.exit_code() == 0 => {
            return match printed_text::print(&error.to_string()) {
                Ok(()) => ExitCode::SUCCESS,
                // A reader that has left is nothing to make noise about.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    ExitCode::FAILURE
                }
                Err(error) => {
                    tell(format_args!("error: standard output: {error}"));
                    ExitCode::FAILURE
                }
            };
        }
        Err(error) => {
            let text = error.to_string();
            // What a line announces stands in those below it.
            let lines = text.lines().take_while(|line| !line.is_empty());
            let lines: Vec<_> = lines.map(str::trim).collect();
            tell(format_args!("{}; --help says how", lines.join(" ")));
            return ExitCode::from(2);
        }
    };
    match serve(&args) {
        Ok(signal) => ExitCode::from(128 + signal),
        // A reader that has left is nothing to make noise about.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::FAILURE
        }
        Err(error) => {
            tell(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Serves until a signal comes, and returns its number.
fn serve(args: &Args) -> Result<u8, Error> {
    let origin = start(args)?;
    // Before this, a signal ends it by itself, even where a pipe has no reader.
    let mut signals =
        Signals::new([SIGINT, SIGTERM]).map_err(http_origin::Error::from)?;
    let mut lines = format!("{}\n", origin.address());
    if let Some(file) = &args.ca_out {
        let (url, file) = (origin.url("/"), shown(&file.to_string_lossy()));
        lines.push_str(&format!("{url} --cacert {file}\n"));
    }
    printed_text::print(&lines).map_err(Error::Output)?;
    let signal = signals.forever().next().unwrap_or(SIGTERM);
    drop(origin);
    Ok(u8::try_from(signal).unwrap_or(1))
}

fn start(args: &Args) -> Result<Origin, Error> {
    let Some(file) = &args.ca_out else {
        return Ok(Origin::start_on(args.listen)?);
    };
    let authority = Authority::new().map_err(http_origin::Error::from)?;
    let origin = Origin::start_tls(args.listen, &authority, Certificate::Valid)?;
    write(file, &authority.pem()).map_err(|source| Error::Authority {
        file: file.clone(),
        source,
    })?;
    Ok(origin)
}

/// Writes a plain file whole or not at all; what is none, a pipe say, is written to, and so
/// is what a link leads to.
fn write(file: &Path, text: &str) -> io::Result<()> {
    if file.is_symlink() || file.metadata().is_ok_and(|found| !found.is_file()) {
        return fs::write(file, text);
    }
    let beside = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // Not by tempfile's own way: that makes a private file, and its errors name it.
    let mut whole = tempfile::Builder::new()
        .prefix(".interleave-")
        .make_in(beside, |path| options.open(path))?;
    whole.as_file_mut().write_all(text.as_bytes())?;
    whole.persist(file).map_err(|error| error.error)?;
    Ok(())
}
