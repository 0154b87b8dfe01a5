//! The origin as a program: listens, prints its address, serves until it is told to stop.
#![forbid(unsafe_code)]

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use origin::Origin;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// An HTTP/1.1 origin whose answers are what the path asks for (GET / lists the steps).
/// Prints its address, then serves until Ctrl-C. GET /record answers what it has seen.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// The address to listen on; port 0 is any free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    #[arg(value_parser = address)]
    listen: SocketAddr,
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
            let line = text.lines().next().unwrap_or_default();
            eprintln!("{line}; --help says how");
            return ExitCode::from(2);
        }
    };
    match serve(args.listen) {
        Ok(signal) => ExitCode::from(128 + signal),
        Err(Some(error)) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
        Err(None) => ExitCode::FAILURE,
    }
}

/// Serves until a signal comes, and gives its number. The error is `None` when standard
/// output is closed, which is nothing to make noise about.
fn serve(address: SocketAddr) -> Result<u8, Option<origin::Error>> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM]).map_err(|error| Some(error.into()))?;
    let origin = Origin::start_on(address)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", origin.address())
        .and_then(|()| out.flush())
        .map_err(|_| None)?;
    let signal = signals.forever().next().unwrap_or(SIGTERM);
    drop(origin);
    Ok(u8::try_from(signal).unwrap_or(1))
}
