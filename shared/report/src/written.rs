//! Text as others read it: a browser, a shell, a calendar.

use std::time::{Duration, UNIX_EPOCH};

/// As `encodeURIComponent` has it.
pub(crate) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
    let encode = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// Words as a shell takes them.
pub(crate) fn words(words: &[String]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    let word = |word: &String| match !word.is_empty() && word.chars().all(plain) {
        true => word.clone(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// A day and a minute, in UTC. A time beyond what can be written is none.
pub(crate) fn date(seconds: u64) -> String {
    const LAST: u64 = 253_402_300_799;
    let time = UNIX_EPOCH + Duration::from_secs(seconds.min(LAST));
    let text = httpdate::fmt_http_date(time);
    format!(
        "{} UTC",
        &text["Thu, ".len().."Thu, 01 Jan 1970 00:00".len()]
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_date_is_a_day_and_a_minute() {
        assert_eq!(super::date(0), "01 Jan 1970 00:00 UTC");
        assert_eq!(super::date(u64::MAX), "31 Dec 9999 23:59 UTC");
    }

    #[test]
    fn a_command_can_be_given_to_a_shell() {
        let words = ["compare", "--with", "a=sleep 1; it's"].map(String::from);
        assert_eq!(super::words(&words), r"compare --with 'a=sleep 1; it'\''s'");
    }
}
