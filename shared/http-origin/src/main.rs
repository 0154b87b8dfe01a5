//! The origin as a program: listens, prints its address, serves until it is stopped.
#![forbid(unsafe_code)]

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use http_origin::{Authority, Certificate, Origin};
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
    Authority {
        file: PathBuf,
        source: std::io::Error,
    },
    #[error("standard output is closed")]
    Output(std::io::Error),
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080")
}

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) if error.exit_code() == 0 => {
            return match error.print() {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            };
        }
        Err(error) => {
            let text = error.to_string();
            // What a line announces stands in those below it.
            let lines = text.lines().take_while(|line| !line.is_empty());
            let lines: Vec<_> = lines.map(str::trim).collect();
            tell(&format!("{}; --help says how", shown(&lines.join(" "))));
            return ExitCode::from(2);
        }
    };
    match serve(&args) {
        Ok(signal) => ExitCode::from(128 + signal),
        // Nothing to make noise about.
        Err(Error::Output(_)) => ExitCode::FAILURE,
        Err(error) => {
            tell(&format!("error: {}", shown(&error.to_string())));
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
    let mut out = std::io::stdout().lock();
    out.write_all(lines.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Error::Output)?;
    let signal = signals.forever().next().unwrap_or(SIGTERM);
    drop(origin);
    Ok(u8::try_from(signal).unwrap_or(1))
}

/// Says it on standard error; where that can't be written, nobody can be told.
fn tell(line: &str) {
    _ = writeln!(std::io::stderr(), "{line}");
}

/// What the user wrote, or a file's name, so that it does nothing to a terminal.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_ascii_graphic() || c == ' ' {
            true => shown.push(c),
            false => shown.extend(c.escape_debug()),
        }
    }
    shown
}

fn start(args: &Args) -> Result<Origin, Error> {
    let Some(file) = &args.ca_out else {
        return Ok(Origin::start_on(args.listen)?);
    };
    let authority = Authority::new().map_err(http_origin::Error::from)?;
    let origin = Origin::start_tls(args.listen, &authority, Certificate::Valid)?;
    std::fs::write(file, authority.pem()).map_err(|source| Error::Authority {
        file: file.clone(),
        source,
    })?;
    Ok(origin)
}
