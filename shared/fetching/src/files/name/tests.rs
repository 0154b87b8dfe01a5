//! Names that are taken, and those that are refused.

use super::{Name, names};

fn of_url(url: &str) -> Result<String, String> {
    Name::of_url(url)
        .map(|name| name.as_str().to_owned())
        .map_err(|error| error.to_string())
}

fn of_header(value: &str) -> Option<Result<String, String>> {
    Name::of_header(value.as_bytes()).map(|name| {
        name.map(|name| name.as_str().to_owned())
            .map_err(|error| error.to_string())
    })
}

#[test]
fn a_name_is_the_last_segment_decoded() {
    for (url, name) in [
        ("http://a/b/c.txt", "c.txt"),
        ("http://a/c.txt?x=/y/z#/w", "c.txt"),
        ("http://a/b%20c.txt", "b c.txt"),
        ("http://a/%C3%A9", "é"),
        ("http://a/%FF", "%FF"),
        ("http://a/b/../c", "c"),
        ("http://a/.hidden", ".hidden"),
    ] {
        assert_eq!(of_url(url), Ok(name.to_owned()), "{url}");
    }
}

#[test]
fn what_is_no_name_is_refused_in_one_line() {
    let long = format!("http://a/{}", "x".repeat(256));
    for (url, words) in [
        ("http://a", "names no file"),
        ("http://a/b/", "names no file"),
        ("http://a/b/..", "names no file"),
        ("http://a/..%2Fb", "\"../b\", which is a path"),
        (
            "http://a/%2Fetc%2Fpasswd",
            "\"/etc/passwd\", which is a path",
        ),
        ("http://a/..%5Cb", "which is a path"),
        ("http://a/b%00c", "has a NUL"),
        ("http://a/%2Fx%1B[2J%0A", "\\u{1b}[2J\\n"),
        (&long, "longer than 255 bytes"),
    ] {
        let why = of_url(url).expect_err(url);
        assert!(why.contains(words), "no {words:?} in: {why}");
        assert!(!why.contains(char::is_control), "{why:?}");
    }
}

#[test]
fn a_name_is_found_in_a_header() {
    for (value, name) in [
        ("attachment; filename=a.txt", "a.txt"),
        ("attachment; filename=\"a b;c.txt\"; size=3", "a b;c.txt"),
        ("attachment;filename = \"a\\\"b\"", "a\"b"),
        ("ATTACHMENT; FileName=a", "a"),
        ("attachment; filename=a; filename*=UTF-8''%e2%82%ac", "€"),
        ("attachment; filename*=utf-8'en'b; filename=a", "b"),
        ("attachment; filename*=koi8-r''x; filename=a", "a"),
        ("attachment; filename*=iso-8859-1''%e9", "é"),
        ("attachment; filename=\"a.txt\";", "a.txt"),
        ("attachment; filename=a; x", "a"),
        ("attachment; x; filename=a", "a"),
        ("attachment;; filename=a ; ;", "a"),
    ] {
        assert_eq!(of_header(value), Some(Ok(name.to_owned())), "{value}");
    }
    for value in [
        "",
        "inline",
        "attachment; size=3",
        "attachment; filename",
        "attachment; filename; x",
        "attachment;",
        ";;",
    ] {
        assert_eq!(of_header(value), None, "{value}");
    }
}

#[test]
fn a_header_leads_nowhere_else() {
    for value in [
        "attachment; filename=\"../a\"",
        "attachment; filename=/etc/passwd",
        "attachment; filename=\"..\\\\a\"",
        "attachment; filename=..",
        "attachment; filename=\"\"",
        "attachment; filename=.bashrc",
        "attachment; filename*=UTF-8''..%2Fa",
    ] {
        let why = of_header(value).expect("there is one").expect_err(value);
        assert!(why.starts_with("the answer names its file"), "{why}");
    }
}

#[test]
fn one_name_for_two_urls_is_numbered_in_input_order() {
    let urls = ["a", "b", "a", "a.2", "a", ""].map(|name| format!("http://h/{name}"));
    let names: Vec<_> = names(&urls)
        .into_iter()
        .map(|name| name.map_or_else(|_| "-".to_owned(), String::from))
        .collect();
    assert_eq!(names, ["a", "b", "a.2", "a.2.2", "a.3", "-"]);
}

#[test]
fn thousands_of_names_may_be_alike() {
    let urls: Vec<_> = (0..20_000)
        .map(|id| format!("http://h/download?id={id}"))
        .collect();
    let started = std::time::Instant::now();
    let last = names(&urls).pop().expect("a name a URL");
    assert_eq!(last.map(String::from), Ok("download.20000".to_owned()));
    let took = started.elapsed();
    assert!(took < std::time::Duration::from_secs(10), "{took:?}");
}

#[test]
fn names_do_nothing_to_a_terminal() {
    let name = Name::try_from("a\u{1b}[2Jb\r\n\u{202e}é".to_owned());
    let name = name.expect("it is a name").to_string();
    assert_eq!(name, "a\\u{1b}[2Jb\\r\\n\\u{202e}é");
}
