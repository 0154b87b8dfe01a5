//! The odd answers, as data.
//!
//! Unless a row has something else, an answer is `HTTP/1.1 200 OK` with a body of 40
//! bytes, and its connection stays open. Sections are RFC 9112's.

use super::Due::{GivenUp, Moved, Own, Page, PageOrRefused, Refused, TimedOut};
use super::Kind::{
    Bodiless, Chunks, Coding, End, Endless, Head, Interim, Length, Location, Number,
    Silent, Status,
};
use super::Part::{Body, Bytes, Close, Endless as Forever, Hang, Pause, Text, Times};
use super::{Due, Kind, Odd, Part};

const OK: Part = Text("HTTP/1.1 200 OK\r\n");
const MOVED: Part = Text("HTTP/1.1 302 Found\r\n");
/// The framing of the whole body, and the end of the head.
const LENGTH: Part = Text("Content-Length: 40\r\n\r\n");
const NOTHING: Part = Text("Content-Length: 0\r\n\r\n");
const CHUNKED: Part = Text("Transfer-Encoding: chunked\r\n\r\n");
const BODY: Part = Body(0, 40);
/// The end of a chunk of the body, and the last chunk.
const LAST: Part = Text("\r\n0\r\n\r\n");
const PAGE: Due = Page(200, 40);
const EITHER: Due = PageOrRefused(200, 40);
/// A header of 100 bytes.
const FILL: &str = "X-Fill: ..........................................................................................\r\n";
/// The pause between answers, or between their parts: long enough that they can be told
/// apart on a busy machine.
const LATER: Part = Pause(100);

/// One between a part and the rest, so that they are read one after the other.
const SOON: Part = Pause(20);

const fn odd(kind: Kind, name: &'static str, due: Due, parts: &'static [Part]) -> Odd {
    Odd {
        name,
        kind,
        due,
        parts,
    }
}

/// All of them, by what is odd about them.
#[rustfmt::skip] // A row is a line.
pub const ODD: &[Odd] = &[
    // 4: HTTP-version SP status-code SP [ reason-phrase ].
    odd(Status, "status-plain", PAGE, &[OK, LENGTH, BODY]),
    odd(Status, "status-no-reason", PAGE, &[Text("HTTP/1.1 200 \r\n"), LENGTH, BODY]),
    // Without the last space, which all clients do without.
    odd(Status, "status-no-space", EITHER, &[Text("HTTP/1.1 200\r\n"), LENGTH, BODY]),
    odd(Status, "status-reason-latin-1", PAGE, &[Bytes(b"HTTP/1.1 200 Gr\xfcezi\r\n"), LENGTH, BODY]),
    odd(Status, "status-reason-long", EITHER, &[Text("HTTP/1.1 200 "), Times(500, "fine "), Text("\r\n"), LENGTH, BODY]),
    odd(Status, "status-201", Page(201, 40), &[Text("HTTP/1.1 201 Created\r\n"), LENGTH, BODY]),
    odd(Status, "status-299", Page(299, 40), &[Text("HTTP/1.1 299 Strange\r\n"), LENGTH, BODY]),
    odd(Status, "status-000", Refused, &[Text("HTTP/1.1 000 Weird\r\n"), LENGTH, BODY]),
    odd(Status, "status-99", Refused, &[Text("HTTP/1.1 99 Short\r\n"), LENGTH, BODY]),
    odd(Status, "status-1000", Refused, &[Text("HTTP/1.1 1000 Long\r\n"), LENGTH, BODY]),
    odd(Status, "status-letters", Refused, &[Text("HTTP/1.1 2OO OK\r\n"), LENGTH, BODY]),
    odd(Status, "status-none", Refused, &[Text("HTTP/1.1\r\n"), LENGTH, BODY]),
    // RFC 9110, 15: outside of 100 to 599 they are invalid, and treated as 5xx.
    odd(Status, "status-600", PageOrRefused(600, 40), &[Text("HTTP/1.1 600 Beyond\r\n"), LENGTH, BODY]),
    odd(Status, "status-999", PageOrRefused(999, 40), &[Text("HTTP/1.1 999 Denied\r\n"), LENGTH, BODY]),
    odd(Status, "status-two-spaces", EITHER, &[Text("HTTP/1.1  200 OK\r\n"), LENGTH, BODY]),
    odd(Status, "status-tab", EITHER, &[Text("HTTP/1.1\t200 OK\r\n"), LENGTH, BODY]),
    odd(Status, "version-missing", Refused, &[Text("200 OK\r\n"), LENGTH, BODY]),
    odd(Status, "version-lower-case", EITHER, &[Text("http/1.1 200 OK\r\n"), LENGTH, BODY]),
    odd(Status, "version-space", Refused, &[Text("HTTP /1.1 200 OK\r\n"), LENGTH, BODY]),
    odd(Status, "version-2", EITHER, &[Text("HTTP/2.0 200 OK\r\n"), LENGTH, BODY]),
    // 2.6: a higher minor version is read as the highest that is known.
    odd(Status, "version-1-2", EITHER, &[Text("HTTP/1.2 200 OK\r\n"), LENGTH, BODY]),
    odd(Status, "version-0-9", Refused, &[BODY, Close]),
    odd(Status, "version-icy", Refused, &[Text("ICY 200 OK\r\n"), LENGTH, BODY]),
    odd(Status, "version-1-0", PAGE, &[Text("HTTP/1.0 200 OK\r\n"), LENGTH, BODY, Close]),
    odd(Status, "version-1-0-unframed", PAGE, &[Text("HTTP/1.0 200 OK\r\n\r\n"), BODY, Close]),
    odd(Status, "version-1-0-kept", PAGE, &[Text("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"), LENGTH, BODY]),
    // 6.1: in HTTP/1.0 its framing is faulty, even if it looks right.
    odd(Status, "version-1-0-chunked", Own, &[Text("HTTP/1.0 200 OK\r\n"), CHUNKED, Text("28\r\n"), BODY, LAST, Close]),
    odd(Status, "empty-line-before", EITHER, &[Text("\r\n"), OK, LENGTH, BODY]),
    odd(Status, "space-before", Refused, &[Text(" "), OK, LENGTH, BODY]),
    odd(Status, "line-cut", Refused, &[Text("HTTP/1."), Close]),
    odd(Status, "page-without-head", Refused, &[Text("<!DOCTYPE html>\r\n\r\n"), BODY, Close]),
    // RFC 9110, 15.2: a client reads on behind any 1xx, also one that it does not expect.
    odd(Interim, "interim-100", PAGE, &[Text("HTTP/1.1 100 Continue\r\n\r\n"), OK, LENGTH, BODY]),
    odd(Interim, "interim-102", PAGE, &[Text("HTTP/1.1 102 Processing\r\n\r\n"), OK, LENGTH, BODY]),
    odd(Interim, "interim-103", PAGE, &[Text("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"), OK, LENGTH, BODY]),
    odd(Interim, "interim-199", PAGE, &[Text("HTTP/1.1 199 Unknown\r\n\r\n"), OK, LENGTH, BODY]),
    odd(Interim, "interim-103-then-late", PAGE, &[Text("HTTP/1.1 103 Early Hints\r\n\r\n"), LATER, OK, LENGTH, BODY]),
    odd(Interim, "interim-100-then-late", PAGE, &[Text("HTTP/1.1 100 Continue\r\n\r\n"), LATER, OK, LENGTH, BODY]),
    odd(Interim, "interim-103-then-late-body", PAGE, &[Text("HTTP/1.1 103 Early Hints\r\n\r\n"), LATER, OK, LENGTH, LATER, BODY]),
    odd(Interim, "interim-three", PAGE, &[Times(3, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"), OK, LENGTH, BODY]),
    odd(Interim, "interim-100-103-100", PAGE, &[Text("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"), OK, LENGTH, BODY]),
    odd(Interim, "interim-before-chunks", PAGE, &[Text("HTTP/1.1 103 Early Hints\r\n\r\n"), OK, CHUNKED, Text("28\r\n"), BODY, LAST]),
    // 6.3: a 1xx has no body, whatever its headers say.
    odd(Interim, "interim-with-length", EITHER, &[Text("HTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n"), OK, LENGTH, BODY]),
    odd(Interim, "interim-chunked", EITHER, &[Text("HTTP/1.1 103 Early Hints\r\n"), CHUNKED, OK, LENGTH, BODY]),
    odd(Interim, "interim-then-404", Page(404, 40), &[Text("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 Not Found\r\n"), LENGTH, BODY]),
    odd(Interim, "interim-alone", Refused, &[Text("HTTP/1.1 103 Early Hints\r\n\r\n"), Close]),
    // The client asked for no other protocol.
    odd(Interim, "switching-protocols", PageOrRefused(101, 0), &[Text("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), OK, LENGTH, BODY]),
    odd(Interim, "switching-to-nothing", PageOrRefused(101, 0), &[Text("HTTP/1.1 101 Switching Protocols\r\n\r\n"), LATER, OK, LENGTH, BODY]),
    odd(Head, "head-lower-case", PAGE, &[OK, Text("content-length: 40\r\n\r\n"), BODY]),
    odd(Head, "head-upper-case", PAGE, &[OK, Text("CONTENT-LENGTH: 40\r\n\r\n"), BODY]),
    odd(Head, "head-no-space", PAGE, &[OK, Text("Content-Length:40\r\n\r\n"), BODY]),
    odd(Head, "head-white-space", PAGE, &[OK, Text("Content-Length:\t 40 \t\r\n\r\n"), BODY]),
    odd(Head, "head-in-pieces", PAGE, &[Text("HTTP/1.1 20"), Pause(20), Text("0 OK\r\nContent-"), Pause(20), Text("Length: 40\r"), Pause(20), Text("\n\r"), Pause(20), Text("\n"), BODY]),
    odd(Head, "head-empty-value", PAGE, &[OK, Text("X-Empty:\r\n"), LENGTH, BODY]),
    odd(Head, "head-latin-1", PAGE, &[OK, Bytes(b"X-Name: Z\xfcrich\r\n"), LENGTH, BODY]),
    odd(Head, "head-utf-8", PAGE, &[OK, Text("X-Name: \u{5317}\u{4eac}\r\n"), LENGTH, BODY]),
    odd(Head, "head-60-lines", PAGE, &[OK, Times(60, "X-Line: y\r\n"), LENGTH, BODY]),
    odd(Head, "head-1000-lines", EITHER, &[OK, Times(1000, "X-Line: y\r\n"), LENGTH, BODY]),
    odd(Head, "head-line-of-7-kib", PAGE, &[OK, Text("X-Long: "), Times(700, "0123456789"), Text("\r\n"), LENGTH, BODY]),
    odd(Head, "head-line-of-1-mib", EITHER, &[OK, Text("X-Long: "), Times(1 << 16, "0123456789abcdef"), Text("\r\n"), LENGTH, BODY]),
    // 2.2: a lone LF may be taken for a line's end.
    odd(Head, "head-bare-lf", EITHER, &[Text("HTTP/1.1 200 OK\nContent-Length: 40\n\n"), BODY]),
    odd(Head, "head-bare-lf-at-its-end", EITHER, &[OK, Text("Content-Length: 40\r\n\n"), BODY]),
    odd(Head, "head-bare-cr", EITHER, &[OK, Text("X-Line: a\rb\r\n"), LENGTH, BODY]),
    odd(Head, "head-nul", EITHER, &[OK, Text("X-Line: a\0b\r\n"), LENGTH, BODY]),
    // 5.2: a user agent replaces each by spaces; some refuse them.
    odd(Head, "head-folded", EITHER, &[OK, Text("X-Line: a\r\n b\r\n\tc\r\n"), LENGTH, BODY]),
    odd(Head, "head-folded-first", EITHER, &[OK, Text(" X-Line: a\r\n"), LENGTH, BODY]),
    odd(Head, "head-folded-length", EITHER, &[OK, Text("Content-Length:\r\n 40\r\n\r\n"), BODY]),
    odd(Head, "head-space-before-colon", EITHER, &[OK, Text("X-Line : a\r\n"), LENGTH, BODY]),
    odd(Head, "head-no-colon", EITHER, &[OK, Text("this is no header\r\n"), LENGTH, BODY]),
    odd(Head, "head-no-name", EITHER, &[OK, Text(": a\r\n"), LENGTH, BODY]),
    odd(Head, "head-odd-name", EITHER, &[OK, Text("X(Line): a\r\n"), LENGTH, BODY]),
    odd(Head, "head-cut", Refused, &[OK, Text("Content-Length: 40\r\n"), Close]),
    odd(Head, "head-cut-without-a-length", Refused, &[OK, Text("X-Line: y\r\n"), Close]),
    odd(Head, "head-cut-behind-the-status", Refused, &[OK, Close]),
    odd(Head, "head-cut-in-a-line", Refused, &[OK, Text("Content-Le"), Close]),
    // 6.3: several equal values may be taken for one; others are an error.
    odd(Length, "length-twice", EITHER, &[OK, Text("Content-Length: 40\r\n"), LENGTH, BODY]),
    odd(Length, "length-list", EITHER, &[OK, Text("Content-Length: 40, 40\r\n\r\n"), BODY]),
    odd(Length, "length-twice-unequal", Refused, &[OK, Text("Content-Length: 30\r\n"), LENGTH, BODY]),
    odd(Length, "length-list-unequal", Refused, &[OK, Text("Content-Length: 40, 30\r\n\r\n"), BODY]),
    odd(Length, "length-minus", Refused, &[OK, Text("Content-Length: -1\r\n\r\n"), BODY]),
    odd(Length, "length-fraction", Refused, &[OK, Text("Content-Length: 40.0\r\n\r\n"), BODY]),
    odd(Length, "length-letters", Refused, &[OK, Text("Content-Length: forty\r\n\r\n"), BODY]),
    odd(Length, "length-unit", Refused, &[OK, Text("Content-Length: 40 bytes\r\n\r\n"), BODY]),
    odd(Length, "length-empty", Refused, &[OK, Text("Content-Length:\r\n\r\n"), BODY, Close]),
    odd(Length, "length-zeros", PAGE, &[OK, Text("Content-Length: 0000000040\r\n\r\n"), BODY]),
    odd(Length, "length-many-zeros", EITHER, &[OK, Text("Content-Length: "), Times(100, "0"), Text("40\r\n\r\n"), BODY]),
    // Of so many digits Python makes no number.
    odd(Length, "length-5000-zeros", EITHER, &[OK, Text("Content-Length: "), Times(5000, "0"), Text("40\r\n\r\n"), BODY]),
    odd(Length, "length-2-to-63", Refused, &[OK, Text("Content-Length: 9223372036854775808\r\n\r\n"), BODY, Close]),
    // The parser of Node and aiohttp marks with it that there is no length.
    odd(Length, "length-2-to-64-less-1", Refused, &[OK, Text("Content-Length: 18446744073709551615\r\n\r\n"), BODY, Close]),
    odd(Length, "length-2-to-64", Refused, &[OK, Text("Content-Length: 18446744073709551616\r\n\r\n"), BODY, Close]),
    odd(Length, "length-2-to-64-and-40", Refused, &[OK, Text("Content-Length: 18446744073709551656\r\n\r\n"), BODY, Close]),
    odd(Length, "length-40-digits", Refused, &[OK, Text("Content-Length: "), Times(40, "9"), Text("\r\n\r\n"), BODY, Close]),
    // CPython makes no number of more than 4,300 digits.
    odd(Length, "length-5000-digits", Refused, &[OK, Text("Content-Length: "), Times(5000, "9"), Text("\r\n\r\n"), BODY, Close]),
    odd(Length, "length-too-long", Refused, &[OK, Text("Content-Length: 50\r\n\r\n"), BODY, Close]),
    odd(Length, "length-none", PAGE, &[OK, Text("\r\n"), BODY, Close]),
    // 6.3: the coding counts, and it may be an attack.
    odd(Length, "length-and-chunks", EITHER, &[OK, Text("Content-Length: 7\r\n"), CHUNKED, Text("28\r\n"), BODY, LAST]),
    odd(Coding, "coding-case", PAGE, &[OK, Text("Transfer-Encoding: CHunkeD\r\n\r\n28\r\n"), BODY, LAST]),
    odd(Coding, "coding-tab", PAGE, &[OK, Text("Transfer-Encoding:\tchunked\r\n\r\n28\r\n"), BODY, LAST]),
    odd(Coding, "coding-space-behind", PAGE, &[OK, Text("Transfer-Encoding: chunked \r\n\r\n28\r\n"), BODY, LAST]),
    odd(Coding, "coding-twice", EITHER, &[OK, Text("Transfer-Encoding: chunked, chunked\r\n\r\n28\r\n"), BODY, LAST, Close]),
    odd(Coding, "coding-two-lines", EITHER, &[OK, Text("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n28\r\n"), BODY, LAST, Close]),
    odd(Coding, "coding-space-before-colon", Own, &[OK, Text("Transfer-Encoding : chunked\r\n\r\n28\r\n"), BODY, LAST, Close]),
    odd(Coding, "coding-identity", EITHER, &[OK, Text("Transfer-Encoding: identity\r\n"), LENGTH, BODY, Close]),
    odd(Coding, "coding-empty", EITHER, &[OK, Text("Transfer-Encoding:\r\n"), LENGTH, BODY, Close]),
    odd(Coding, "coding-unknown", EITHER, &[OK, Text("Transfer-Encoding: squeezed\r\n\r\n"), BODY, Close]),
    odd(Coding, "coding-like-chunked", Own, &[OK, Text("Transfer-Encoding: xchunked\r\n\r\n28\r\n"), BODY, LAST, Close]),
    odd(Coding, "coding-chunked-first", Own, &[OK, Text("Transfer-Encoding: chunked, squeezed\r\n\r\n28\r\n"), BODY, LAST, Close]),
    odd(Coding, "coding-chunked-last", Own, &[OK, Text("Transfer-Encoding: squeezed, chunked\r\n\r\n28\r\n"), BODY, LAST]),
    odd(Coding, "coding-quoted", Own, &[OK, Text("Transfer-Encoding: \"chunked\"\r\n\r\n28\r\n"), BODY, LAST, Close]),
    // 7.1: chunk-size is 1*HEXDIG.
    odd(Chunks, "chunk-one", PAGE, &[OK, CHUNKED, Text("28\r\n"), BODY, LAST]),
    odd(Chunks, "chunk-lower-case", PAGE, &[OK, CHUNKED, Text("a\r\n"), Body(0, 10), Text("\r\n1e\r\n"), Body(10, 40), LAST]),
    odd(Chunks, "chunk-upper-case", PAGE, &[OK, CHUNKED, Text("A\r\n"), Body(0, 10), Text("\r\n1E\r\n"), Body(10, 40), LAST]),
    odd(Chunks, "chunk-zeros", PAGE, &[OK, CHUNKED, Text("00000028\r\n"), BODY, Text("\r\n000\r\n\r\n")]),
    odd(Chunks, "chunk-many-zeros", EITHER, &[OK, CHUNKED, Times(100, "0"), Text("28\r\n"), BODY, LAST]),
    odd(Chunks, "chunk-empty-body", Page(200, 0), &[OK, CHUNKED, Text("0\r\n\r\n")]),
    odd(Chunks, "chunk-in-pieces", PAGE, &[OK, CHUNKED, Text("2"), Pause(20), Text("8\r"), Pause(20), Text("\n"), Body(0, 7), Pause(20), Body(7, 40), Text("\r"), Pause(20), Text("\n0\r\n\r"), Pause(20), Text("\n")]),
    odd(Chunks, "chunk-late-end", PAGE, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n"), LATER, Text("0\r\n\r\n")]),
    odd(Chunks, "chunk-extension", PAGE, &[OK, CHUNKED, Text("28;name=value;x\r\n"), BODY, LAST]),
    odd(Chunks, "chunk-extension-quoted", PAGE, &[OK, CHUNKED, Text("28;name=\"va;lue\"\r\n"), BODY, LAST]),
    odd(Chunks, "chunk-extension-last", PAGE, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n0;done\r\n\r\n")]),
    odd(Chunks, "chunk-extension-space", EITHER, &[OK, CHUNKED, Text("28 ; name = value\r\n"), BODY, LAST]),
    odd(Chunks, "chunk-extension-8-kib", EITHER, &[OK, CHUNKED, Text("28;"), Times(1 << 13, "x"), Text("\r\n"), BODY, LAST]),
    odd(Chunks, "chunk-extension-lf", Own, &[OK, CHUNKED, Text("28;a\nb\r\n"), BODY, LAST]),
    odd(Chunks, "chunk-trailers", PAGE, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n")]),
    // 6.5.1: what frames an answer must not stand there, and then does not count.
    odd(Chunks, "chunk-trailer-length", EITHER, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n0\r\nContent-Length: 7\r\n\r\n")]),
    odd(Chunks, "chunk-trailer-no-colon", EITHER, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n0\r\nthis is no trailer\r\n\r\n")]),
    odd(Chunks, "chunk-space-before", EITHER, &[OK, CHUNKED, Text(" 28\r\n"), BODY, LAST]),
    odd(Chunks, "chunk-space-behind", EITHER, &[OK, CHUNKED, Text("28  \r\n"), BODY, LAST]),
    odd(Chunks, "chunk-letters", Refused, &[OK, CHUNKED, Text("forty\r\n"), BODY, LAST]),
    odd(Chunks, "chunk-unit", Refused, &[OK, CHUNKED, Text("28h\r\n"), BODY, LAST]),
    odd(Chunks, "chunk-empty-line", Refused, &[OK, CHUNKED, Text("\r\n28\r\n"), BODY, LAST]),
    odd(Chunks, "chunk-2-to-64", Refused, &[OK, CHUNKED, Text("10000000000000000\r\n"), BODY, LAST, Close]),
    odd(Chunks, "chunk-2-to-64-and-40", Refused, &[OK, CHUNKED, Text("10000000000000028\r\n"), BODY, LAST, Close]),
    odd(Chunks, "chunk-2-to-64-less-1", Refused, &[OK, CHUNKED, Text("ffffffffffffffff\r\n"), BODY, LAST, Close]),
    odd(Chunks, "chunk-2-to-63", Refused, &[OK, CHUNKED, Text("8000000000000000\r\n"), BODY, LAST, Close]),
    odd(Chunks, "chunk-no-crlf", Refused, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("0\r\n\r\n"), Close]),
    odd(Chunks, "chunk-too-short", Refused, &[OK, CHUNKED, Text("1e\r\n"), BODY, LAST, Close]),
    odd(Chunks, "chunk-too-long", Refused, &[OK, CHUNKED, Text("32\r\n"), BODY, LAST, Close]),
    odd(Chunks, "chunk-bare-lf", EITHER, &[OK, CHUNKED, Text("28\n"), BODY, Text("\n0\n\n"), Close]),
    odd(Chunks, "chunk-bare-cr", Refused, &[OK, CHUNKED, Text("28\r"), BODY, Text("\r0\r\r"), Close]),
    odd(Chunks, "chunk-no-last", Refused, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n"), Close]),
    odd(Chunks, "chunk-last-cut", Refused, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n0"), Close]),
    // 7.1: the last CRLF is missing, and nothing of the body.
    odd(Chunks, "chunk-no-end", EITHER, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n0\r\n"), Close]),
    odd(Chunks, "chunk-cut", Refused, &[OK, CHUNKED, Text("28\r\n"), Body(0, 20), Close]),
    odd(Chunks, "chunk-none", Refused, &[OK, CHUNKED, BODY, Close]),
    // What a language takes for a number, and the RFC does not.
    odd(Number, "status-minus", Refused, &[Text("HTTP/1.1 -200 OK\r\n"), LENGTH, BODY]),
    odd(Number, "status-plus", Refused, &[Text("HTTP/1.1 +200 OK\r\n"), LENGTH, BODY]),
    odd(Number, "length-plus", Refused, &[OK, Text("Content-Length: +40\r\n\r\n"), BODY]),
    odd(Number, "length-underscore", Refused, &[OK, Text("Content-Length: 4_0\r\n\r\n"), BODY]),
    odd(Number, "length-arabic-digits", Refused, &[OK, Text("Content-Length: \u{664}\u{660}\r\n\r\n"), BODY]),
    odd(Number, "length-hexadecimal", Refused, &[OK, Text("Content-Length: 0x28\r\n\r\n"), BODY]),
    odd(Number, "length-space-in-it", Refused, &[OK, Text("Content-Length: 4 0\r\n\r\n"), BODY]),
    odd(Number, "chunk-plus", Refused, &[OK, CHUNKED, Text("+28\r\n"), BODY, LAST]),
    odd(Number, "chunk-minus", Refused, &[OK, CHUNKED, Text("-28\r\n"), BODY, LAST]),
    odd(Number, "chunk-underscore", Refused, &[OK, CHUNKED, Text("2_8\r\n"), BODY, LAST]),
    odd(Number, "chunk-0x", Refused, &[OK, CHUNKED, Text("0x28\r\n"), BODY, LAST]),
    odd(Number, "chunk-0x5", Refused, &[OK, CHUNKED, Text("0x5\r\n"), Body(0, 5), LAST]),
    odd(Number, "chunk-arabic-digits", Refused, &[OK, CHUNKED, Text("\u{662}\u{668}\r\n"), BODY, LAST]),
    // 6.3: 204 and 304 end with their heads.
    odd(Bodiless, "length-0", Page(200, 0), &[OK, Text("Content-Length: 0\r\n\r\n")]),
    odd(Bodiless, "204", Page(204, 0), &[Text("HTTP/1.1 204 No Content\r\n\r\n")]),
    odd(Bodiless, "204-length", Page(204, 0), &[Text("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")]),
    odd(Bodiless, "204-body", PageOrRefused(204, 0), &[Text("HTTP/1.1 204 No Content\r\n"), LENGTH, BODY]),
    odd(Bodiless, "204-chunks", PageOrRefused(204, 0), &[Text("HTTP/1.1 204 No Content\r\n"), CHUNKED, Text("28\r\n"), BODY, LAST]),
    odd(Bodiless, "204-answer", PageOrRefused(204, 0), &[Text("HTTP/1.1 204 No Content\r\n\r\n"), OK, LENGTH, BODY]),
    odd(Bodiless, "304", Page(304, 0), &[Text("HTTP/1.1 304 Not Modified\r\n\r\n")]),
    odd(Bodiless, "304-length", Page(304, 0), &[Text("HTTP/1.1 304 Not Modified\r\n"), LENGTH]),
    odd(Bodiless, "304-chunked", Page(304, 0), &[Text("HTTP/1.1 304 Not Modified\r\n"), CHUNKED]),
    odd(Bodiless, "304-body", PageOrRefused(304, 0), &[Text("HTTP/1.1 304 Not Modified\r\n"), LENGTH, BODY]),
    odd(Bodiless, "205-length", Page(205, 0), &[Text("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n")]),
    odd(Bodiless, "404-empty", Page(404, 0), &[Text("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")]),
    // 9.6: a server may close a connection at any time.
    odd(End, "end-close", PAGE, &[OK, Text("Connection: close\r\n"), LENGTH, BODY, Close]),
    odd(End, "end-close-unsaid", PAGE, &[OK, LENGTH, BODY, Close]),
    odd(End, "end-close-unsaid-late", PAGE, &[OK, LENGTH, BODY, Pause(3), Close]),
    odd(End, "end-close-unsaid-chunked", PAGE, &[OK, CHUNKED, Text("28\r\n"), BODY, LAST, Close]),
    odd(End, "end-close-said-in-capitals", PAGE, &[OK, Text("Connection: CLOSE\r\n"), LENGTH, BODY, Close]),
    odd(End, "end-close-in-a-list", PAGE, &[OK, Text("Connection: x, close\r\n"), LENGTH, BODY, Close]),
    odd(End, "end-close-said-and-kept", PAGE, &[OK, Text("Connection: close\r\n"), LENGTH, BODY]),
    odd(End, "end-keep-said-and-closed", PAGE, &[OK, Text("Connection: keep-alive\r\nKeep-Alive: timeout=60\r\n"), LENGTH, BODY, Close]),
    odd(End, "end-keep-for-no-time", PAGE, &[OK, Text("Connection: keep-alive\r\nKeep-Alive: timeout=0, max=0\r\n"), LENGTH, BODY, Close]),
    odd(End, "end-crlf-behind", PAGE, &[OK, LENGTH, BODY, Text("\r\n")]),
    // 6.3: what is behind the body must not be taken for another answer.
    odd(End, "end-bytes-behind", PageOrRefused(200, 30), &[OK, Text("Content-Length: 30\r\n\r\n"), BODY]),
    odd(End, "end-bytes-behind-chunks", EITHER, &[OK, CHUNKED, Text("28\r\n"), BODY, LAST, BODY]),
    odd(End, "end-bytes-behind-nothing", PageOrRefused(200, 0), &[OK, Text("Content-Length: 0\r\n\r\n"), BODY]),
    odd(End, "end-answer-behind", EITHER, &[OK, LENGTH, BODY, OK, LENGTH, BODY]),
    odd(End, "end-answer-behind-chunks", EITHER, &[OK, CHUNKED, Text("28\r\n"), BODY, LAST, OK, LENGTH, BODY]),
    odd(End, "end-interim-behind", EITHER, &[OK, LENGTH, BODY, Text("HTTP/1.1 103 Early Hints\r\n\r\n")]),
    odd(End, "end-half-an-answer-behind", EITHER, &[OK, LENGTH, BODY, OK, Text("Content-Len")]),
    // The body's end comes later, with what is behind it: a client that lets go of the connection
    // as it reads the end may not have seen the rest.
    odd(End, "end-late-answer-behind", EITHER, &[OK, LENGTH, SOON, BODY, OK, LENGTH, BODY]),
    odd(End, "end-late-answer-behind-half", EITHER, &[OK, LENGTH, Body(0, 20), SOON, Body(20, 40), OK, LENGTH, BODY]),
    odd(End, "end-late-answer-behind-chunks", EITHER, &[OK, CHUNKED, Text("28\r\n"), SOON, BODY, LAST, OK, LENGTH, BODY]),
    odd(End, "end-late-answer-behind-last-line", EITHER, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n0\r\n"), SOON, Text("\r\n"), OK, LENGTH, BODY]),
    odd(End, "end-late-answers-behind", EITHER, &[OK, LENGTH, SOON, BODY, OK, LENGTH, BODY, OK, LENGTH, BODY]),
    odd(End, "end-late-interim-behind", EITHER, &[OK, LENGTH, SOON, BODY, Text("HTTP/1.1 103 Early Hints\r\n\r\n"), OK, LENGTH, BODY]),
    odd(End, "end-late-bytes-behind", EITHER, &[OK, LENGTH, SOON, BODY, BODY]),
    // Head and body are 8 KiB, as a buffer is, so that nothing behind them is in it.
    odd(End, "end-answer-behind-8-kib", EITHER, &[OK, Times(81, FILL), Text("X-: 1234567\r\n"), LENGTH, BODY, OK, LENGTH, BODY]),
    // And it goes on once the connection may be in use again.
    odd(End, "end-half-an-answer-behind-goes-on", EITHER, &[OK, LENGTH, BODY, OK, Text("Content-Len"), SOON, Text("gth: 40\r\n\r\n"), BODY]),
    odd(End, "end-half-a-line-behind-goes-on", EITHER, &[OK, LENGTH, BODY, Text("H"), SOON, OK, LENGTH, BODY]),
    odd(End, "end-late-half-an-answer-behind-goes-on", EITHER, &[OK, LENGTH, SOON, BODY, Text("HTTP/1.1 2"), SOON, OK, LENGTH, BODY]),
    odd(End, "end-byte-behind-goes-on", EITHER, &[OK, LENGTH, BODY, Text("x"), SOON, Text("y")]),
    odd(End, "end-byte-behind-chunks-goes-on", EITHER, &[OK, CHUNKED, Text("28\r\n"), BODY, LAST, Text("x"), SOON, OK, LENGTH, BODY]),
    odd(End, "end-byte-behind-204-goes-on", PageOrRefused(204, 0), &[Text("HTTP/1.1 204 No Content\r\n\r\nx"), SOON, OK, LENGTH, BODY]),
    odd(End, "end-before-the-body", Refused, &[OK, LENGTH, Close]),
    odd(End, "end-in-the-body", Refused, &[OK, LENGTH, Body(0, 39), Close]),
    odd(End, "end-at-once", Refused, &[Close]),
    odd(End, "end-late", Refused, &[Pause(20), Close]),
    // RFC 9110, 10.2.2; the WHATWG URL standard defines how one that is no URL is read.
    odd(Location, "location-space", Moved(302, "/bytes/40/note/a%20b"), &[MOVED, Text("Location: /bytes/40/note/a b\r\n"), NOTHING]),
    odd(Location, "location-unicode", Moved(302, "/bytes/40/note/%E5%8C%97"), &[MOVED, Text("Location: /bytes/40/note/\u{5317}\r\n"), NOTHING]),
    odd(Location, "location-fragment", Moved(302, "/bytes/40/note/f"), &[MOVED, Text("Location: /bytes/40/note/f#g\r\n"), NOTHING]),
    odd(Location, "location-dots", Moved(302, "/bytes/40/note/d"), &[MOVED, Text("Location: /x/../bytes/./40/note/d\r\n"), NOTHING]),
    odd(Location, "location-backslash", Moved(302, "/bytes/40/note/s"), &[MOVED, Text("Location: \\bytes\\40\\note\\s\r\n"), NOTHING]),
    odd(Location, "location-tab", Moved(302, "/bytes/40/note/t"), &[MOVED, Text("Location: /bytes/40/\tnote/t\r\n"), NOTHING]),
    odd(Location, "location-missing", Page(302, 0), &[MOVED, NOTHING]),
    odd(Location, "location-empty-host", PageOrRefused(302, 0), &[MOVED, Text("Location: http://\r\n"), NOTHING]),
    odd(Location, "location-bad-port", PageOrRefused(302, 0), &[MOVED, Text("Location: http://127.0.0.1:99999/\r\n"), NOTHING]),
    odd(Location, "location-other-scheme", Own, &[MOVED, Text("Location: javascript:alert(1)\r\n"), NOTHING]),
    odd(Silent, "silent-at-once", TimedOut, &[Hang]),
    odd(Silent, "silent-in-the-status-line", TimedOut, &[Text("HTTP/1.1 2"), Hang]),
    odd(Silent, "silent-in-a-header", TimedOut, &[OK, Text("X-Long: abc"), Hang]),
    odd(Silent, "silent-behind-a-header", TimedOut, &[OK, Text("Content-Length: 40\r\n"), Hang]),
    odd(Silent, "silent-behind-the-head", TimedOut, &[OK, LENGTH, Hang]),
    odd(Silent, "silent-behind-103", TimedOut, &[Text("HTTP/1.1 103 Early Hints\r\n\r\n"), Hang]),
    odd(Silent, "silent-in-a-size", TimedOut, &[OK, CHUNKED, Text("2"), Hang]),
    odd(Silent, "silent-in-a-chunk", TimedOut, &[OK, CHUNKED, Text("28\r\n"), Body(0, 20), Hang]),
    odd(Silent, "silent-before-the-last-chunk", TimedOut, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n"), Hang]),
    odd(Silent, "silent-in-the-trailers", TimedOut, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n0\r\nX-Sum: "), Hang]),
    odd(Silent, "silent-in-the-body", TimedOut, &[OK, LENGTH, Body(0, 39), Hang]),
    // A client that counts so far waits for the rest.
    odd(Silent, "silent-behind-2-to-64", GivenUp, &[OK, Text("Content-Length: 18446744073709551616\r\n\r\n"), BODY, Hang]),
    odd(Endless, "endless-empty-lines", GivenUp, &[Forever("\r\n")]),
    odd(Endless, "endless-reason", GivenUp, &[Text("HTTP/1.1 200 "), Forever("x")]),
    odd(Endless, "endless-100", GivenUp, &[Forever("HTTP/1.1 100 Continue\r\n\r\n")]),
    odd(Endless, "endless-103", GivenUp, &[Forever("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")]),
    odd(Endless, "endless-headers", GivenUp, &[OK, Forever("X-Line: y\r\n")]),
    odd(Endless, "endless-header", GivenUp, &[OK, Text("X-Long: "), Forever("x")]),
    odd(Endless, "endless-name", GivenUp, &[OK, Forever("x")]),
    odd(Endless, "endless-fold", GivenUp, &[OK, Text("X-Long: y"), Forever("\r\n z")]),
    odd(Endless, "endless-size", GivenUp, &[OK, CHUNKED, Forever("0")]),
    odd(Endless, "endless-extension", GivenUp, &[OK, CHUNKED, Text("28;"), Forever("x")]),
    odd(Endless, "endless-chunks", GivenUp, &[OK, CHUNKED, Forever("1\r\nx\r\n")]),
    odd(Endless, "endless-extensions", GivenUp, &[OK, CHUNKED, Forever("1;extension=extension\r\nx\r\n")]),
    odd(Endless, "endless-trailers", GivenUp, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n0\r\n"), Forever("X-Line: y\r\n")]),
    odd(Endless, "endless-trailer", GivenUp, &[OK, CHUNKED, Text("28\r\n"), BODY, Text("\r\n0\r\nX-Long: "), Forever("x")]),
    odd(Endless, "endless-body", GivenUp, &[OK, Text("\r\n"), Forever("0123456789abcdef")]),
    odd(Endless, "endless-body-of-a-length", GivenUp, &[OK, Text("Content-Length: 1099511627776\r\n\r\n"), Forever("0123456789abcdef")]),
    odd(Endless, "endless-body-of-a-404", GivenUp, &[Text("HTTP/1.1 404 Not Found\r\n\r\n"), Forever("0123456789abcdef")]),
];
