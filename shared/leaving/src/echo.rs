//! A server for the rows and the tests of HTTP clients, on threads.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

/// Starts a server, and returns its URL. It answers until the process ends: `/status/N`
/// with that status, `/moved` with a redirect to `/json`, `/moved/PATH` with one to
/// `/PATH`, `/json` with `{"a":7}`, and all else with what it was sent: a line with the
/// method and the path, one with the header `x-a`, and the body.
///
/// # Errors
/// It has no port.
pub fn start() -> io::Result<String> {
    Ok(recorded()?.0)
}

/// The same, and what each request was: its method, its path, and its body if there is one.
///
/// # Errors
/// It has no port.
pub fn recorded() -> io::Result<(String, Receiver<String>)> {
    let (record, requests) = channel();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let record = record.clone();
            // An error is the client's.
            thread::spawn(move || _ = answer(&stream, &record));
        }
    });
    Ok((url, requests))
}

fn answer(stream: &TcpStream, record: &Sender<String>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let words: Vec<_> = first.split_whitespace().collect();
        let (mut length, mut mark) = (0, String::new());
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap_or(0);
                }
                Some((name, value)) if name.eq_ignore_ascii_case("x-a") => {
                    mark = value.trim().to_string();
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let body = String::from_utf8_lossy(&body);
        let method = words.first().copied().unwrap_or_default();
        let path = words.get(1).copied().unwrap_or_default();
        // Nobody need look at it.
        _ = record.send(format!("{method} {path} {body}").trim_end().to_string());
        let status = path.strip_prefix("/status/").unwrap_or("200");
        let (status, header, body) = match path {
            "/json" => ("200", "x-b: c\r\n".to_string(), r#"{"a":7}"#.to_string()),
            _ => match path.strip_prefix("/moved") {
                Some(to) => {
                    let to = if to.is_empty() { "/json" } else { to };
                    ("302", format!("location: {to}\r\n"), String::new())
                }
                None => {
                    let body = format!("{method} {path}\n{mark}\n{body}");
                    (status, String::new(), body)
                }
            },
        };
        let mut writer = stream;
        write!(
            writer,
            "HTTP/1.1 {status} X\r\n{header}content-length: {}\r\n\r\n{body}",
            body.len()
        )?;
    }
}
