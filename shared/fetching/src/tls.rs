//! TLS for the clients: rustls over ring, and what a server's certificate must lead to.
//!
//! The system's roots are read by rustls-native-certs. It returns certificates, which
//! every client here takes and which others can be added to. A verifier of the platform's
//! own (rustls-platform-verifier) would do for reqwest and hyper. But ureq takes nothing
//! beside it, and on Linux it reads the same files.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs::{self, File},
    io, iter,
    os::unix::fs::FileTypeExt as _,
    path::{Path, PathBuf},
    str,
    sync::Arc,
};

use rustix::fs::{Mode, OFlags};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_native_certs::{load_certs_from_paths, load_native_certs};
use test_fixtures::{Misuse, file_at_most, read_at_most, utf8, without_mark};

/// Bytes of a PEM file at the most: those of all the world's authorities are half of one.
const LARGEST: u64 = 16 << 20;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
/// With settings that OpenSSL alone reads.
const TRUSTED: &str = "-----BEGIN TRUSTED CERTIFICATE-----";

/// What a server's certificate must lead to: one of the system's roots, or one in `cacert`.
///
/// Where no URL is https and there is no `cacert`, nothing is read: a client that speaks
/// plain HTTP needs no roots.
#[derive(Clone, Debug)]
pub struct Trust {
    is_needed: bool,
    cacert: Option<String>,
}

impl Trust {
    /// For a client that asks for these URLs. `cacert` is PEM.
    pub fn new(urls: &[String], cacert: Option<&str>) -> Self {
        Self {
            is_needed: urls.iter().any(|url| url.starts_with("https://")),
            cacert: cacert.map(str::to_owned),
        }
    }

    /// For a client that follows redirects, which lead to https from any URL.
    pub fn of_redirects(cacert: Option<&str>) -> Self {
        Self {
            is_needed: true,
            cacert: cacert.map(str::to_owned),
        }
    }

    /// How rustls' own users verify, reqwest and hyper among them.
    pub fn rustls(&self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        // Systems carry a few that rustls can't read, so these are left out.
        roots.add_parsable_certificates(self.certificates());
        ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks them all")
            .with_root_certificates(roots)
            .with_no_client_auth()
    }

    /// The same for ureq, which has a configuration of its own.
    #[cfg(feature = "ureq")]
    pub fn ureq(&self) -> ureq::tls::TlsConfig {
        use ureq::tls::{Certificate, RootCerts, TlsConfig};
        let trusted = self.certificates();
        let roots = trusted
            .iter()
            .map(|der| Certificate::from_der(der).to_owned());
        let roots: Vec<_> = roots.collect();
        TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(Arc::new(default_provider()))
            .build()
    }

    fn certificates(&self) -> Vec<CertificateDer<'static>> {
        if !self.is_needed && self.cacert.is_none() {
            return Vec::new();
        }
        // Files that can't be read are none that a server could be verified by.
        let mut trusted = load_native_certs().certs;
        trusted.extend(certificates(self.cacert.as_deref().unwrap_or_default()));
        trusted
    }
}

/// Checks that the file that the user names for the system's roots ends: clients and peers
/// read it whole, for plain HTTP as well, and wait where a pipe has no writer. `variable`
/// looks one up.
///
/// # Errors
/// It doesn't end, or is larger than any list of roots. The line names the variable.
pub(crate) fn ensure_roots_end(
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<(), Misuse> {
    let Some(file) = variable("SSL_CERT_FILE") else {
        return Ok(());
    };
    let why = match fs::metadata(&file).map(|there| there.file_type()) {
        Ok(kind) if kind.is_fifo() => "which is a pipe".to_owned(),
        Ok(kind) if !kind.is_dir() => match waitless(&file, LARGEST) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                "which has nothing to read yet".to_owned()
            }
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                format!("of which {error}")
            }
            _ => return Ok(()),
        },
        _ => return Ok(()),
    };
    let file = Path::new(&file).display();
    let advice = "name a file of certificates in PEM, or unset it";
    Err(Misuse(format!("SSL_CERT_FILE is {file}, {why}; {advice}")))
}

/// Reads a file, but doesn't wait for what a device may say later.
fn waitless(file: &OsStr, most: u64) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = rustix::fs::open(file, flags, Mode::empty())?;
    read_at_most(File::from(file), most)
}

/// Checks that the files that the user names for the system's roots can be read, and hold
/// some unless there are `other_roots`. Without roots no server can be verified, and no
/// client reports why. `variable` looks one up.
///
/// # Errors
/// They can't, or hold none. The line names the variable.
pub(crate) fn ensure_roots_of_user(
    variable: impl Fn(&str) -> Option<OsString>,
    other_roots: bool,
) -> Result<(), Misuse> {
    let (file, directories) = (variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR"));
    let Some((name, value)) = (file.as_ref().map(|file| ("SSL_CERT_FILE", file)))
        .or(directories.as_ref().map(|all| ("SSL_CERT_DIR", all)))
    else {
        return Ok(());
    };
    let refused = |why: String| {
        let value = Path::new(value).display();
        let advice = "name certificates in PEM, or unset it";
        Misuse(format!("{name} is {value}, {why}; {advice}"))
    };
    let readable = match &file {
        Some(file) => plain_file(file),
        None => directory(value),
    };
    readable.map_err(|error| refused(format!("which can't be read: {error}")))?;
    let directories = directories.iter().flat_map(env::split_paths).map(Some);
    let holds = |directory: Option<PathBuf>| {
        let file = file.as_deref().map(Path::new);
        !load_certs_from_paths(file, directory.as_deref())
            .certs
            .is_empty()
    };
    match other_roots || iter::once(None).chain(directories).any(holds) {
        true => Ok(()),
        false => Err(refused(
            "which holds no certificate that can be read".to_owned(),
        )),
    }
}

fn plain_file(file: &OsStr) -> io::Result<()> {
    match File::open(file)?.metadata()?.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok(()),
    }
}

/// Of several directories some may be absent.
fn directory(directories: &OsStr) -> io::Result<()> {
    let mut last = io::ErrorKind::NotFound.into();
    for directory in env::split_paths(directories) {
        match fs::read_dir(directory) {
            Ok(_) => return Ok(()),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The certificates in a PEM text.
fn certificates(pem: &str) -> impl Iterator<Item = CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).filter_map(Result::ok)
}

/// The text of a PEM file with certificates in it, for clap: of all that can be read, as
/// some clients would refuse the whole for the sake of one.
pub(crate) fn pem_file(file: &str) -> Result<String, String> {
    let bytes = file_at_most(file, LARGEST)
        .map_err(|error| format!("{error}; name a PEM file of certificates"))?;
    let blocks = blocks(&bytes);
    let usable = |der| RootCertStore::empty().add(der).is_ok();
    let good = blocks
        .iter()
        .filter(|block| certificates(block).any(usable));
    let text: String = good.map(String::as_str).collect();
    if !text.is_empty() {
        return Ok(text);
    }
    Err(match utf8(&bytes) {
        // A sequence whose length is in two bytes, as that of every certificate is.
        _ if bytes.starts_with(&[0x30, 0x82]) => {
            "it is a certificate in DER; name a PEM \
            file (openssl x509 -inform der -in FILE makes one)"
                .to_owned()
        }
        _ if blocks.is_empty() && contains(&bytes, TRUSTED.as_bytes()) => {
            "it holds nothing but OpenSSL's trusted certificates; name a PEM file of plain \
            ones (openssl x509 -in FILE makes one)"
                .to_owned()
        }
        Err(why) if blocks.is_empty() => format!("{why}, or name another PEM file"),
        _ => {
            "it holds no certificate that can be read; name a PEM file, which has lines \
              -----BEGIN CERTIFICATE-----"
                .to_owned()
        }
    })
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The certificates of a PEM file alone, each from its first line to its last. What stands
/// around them is for people (RFC 7468, section 2), in whatever encoding they write.
fn blocks(bytes: &[u8]) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open = None;
    for line in without_mark(bytes).split(|byte| matches!(byte, b'\n' | b'\r')) {
        let line = str::from_utf8(line.trim_ascii()).unwrap_or_default();
        // The older label is OpenSSL's.
        let line = line.replace("X509 CERTIFICATE", "CERTIFICATE");
        if line == BEGIN {
            // One before it that has no end is none.
            open = Some(String::new());
        }
        let Some(block) = &mut open else {
            continue;
        };
        if line == END {
            pad(block);
        }
        if !line.is_empty() {
            *block += &(line.clone() + "\n");
        }
        if line == END {
            blocks.extend(open.take());
        }
    }
    blocks
}

/// Adds what the base64 of a block without its last line lacks: OpenSSL takes none without.
fn pad(block: &mut String) {
    let digits: usize = block.lines().skip(1).map(str::len).sum();
    if matches!(digits % 4, 2 | 3) {
        block.truncate(block.trim_end().len());
        *block += &("=".repeat(4 - digits % 4) + "\n");
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, process};

    use http_origin::Authority;

    use super::*;

    /// The certificates that are found in a file.
    fn found(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), bytes).expect("it can be written");
        let text = pem_file(file.path().to_str().expect("a name in UTF-8"))?;
        assert!(text.is_ascii(), "{text}");
        let found: Vec<_> = certificates(&text).collect();
        // Others refuse a text for a block that they can't read.
        assert_eq!(text.matches(BEGIN).count(), found.len(), "{text}");
        Ok(found)
    }

    #[test]
    fn certificates_are_found_among_whatever_stands_around_them() {
        let [one, other] =
            [(); 2].map(|()| Authority::new().expect("it can be made").pem());
        let both: Vec<_> = certificates(&(one.clone() + &other)).collect();
        assert_eq!(both.len(), 2);
        let crlf = |text: &str| text.replace('\n', "\r\n");
        let around = |before: &[u8], between: &[u8]| {
            [
                before,
                one.as_bytes(),
                between,
                other.as_bytes(),
                b"\n# end",
            ]
            .concat()
        };
        for bytes in [
            around(b"", b""),
            around(b"\xef\xbb\xbf", b"\n\n"),
            around(b"# Autorit\xe9\n", b"subject=/CN=caf\xe9 \xff\xfe\0\n"),
            around(
                "# Autorité 認証局\n".as_bytes(),
                b"Bag Attributes\n    friendlyName: x\n",
            ),
            around(
                b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                b"",
            ),
            around(b"-----BEGIN NOTHING\n-----\n", b"-----END NOTHING-----\n"),
            crlf(&(one.clone() + "# \n" + &other)).into_bytes(),
            (one.clone() + &other).replace('\n', "\r").into_bytes(),
            (one.clone() + &other).replace('\n', " \n\t ").into_bytes(),
            (one.clone() + &other)
                .replace("CERTIFICATE", "X509 CERTIFICATE")
                .into_bytes(),
            (one.clone() + other.trim_end()).into_bytes(),
        ] {
            assert_eq!(
                found(&bytes),
                Ok(both.clone()),
                "{}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }

    #[test]
    fn a_certificate_without_its_padding_has_it_again() {
        // Made anew until it ends in padding, as two of three do.
        let mut pems = (0..100).map(|_| Authority::new().expect("it can be made").pem());
        let padded = pems.find(|pem| pem.contains('=')).expect("one is");
        let whole: Vec<_> = certificates(&padded).collect();
        for pem in [padded.replace('=', ""), padded.replacen('=', "", 1)] {
            assert_eq!(found(pem.as_bytes()), Ok(whole.clone()), "{pem}");
            let block = blocks(pem.as_bytes()).concat();
            let digits = block.lines().filter(|line| !line.starts_with('-'));
            assert_eq!(digits.map(str::len).sum::<usize>() % 4, 0, "{block}");
        }
    }

    #[test]
    fn a_certificate_that_cannot_be_read_is_left_out() {
        let [one, other] =
            [(); 2].map(|()| Authority::new().expect("it can be made").pem());
        let both: Vec<_> = certificates(&(one.clone() + &other)).collect();
        let block = |label: &str, text: &str| {
            format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
        };
        for bad in [
            block("CERTIFICATE", "no base64!"),
            block("CERTIFICATE", "AAA"),
            block("CERTIFICATE", ""),
            // An empty sequence.
            block("CERTIFICATE", "MAA="),
            block("TRUSTED CERTIFICATE", "MAA="),
            "-----BEGIN CERTIFICATE-----\nMAA=\n".to_owned(),
            "-----END CERTIFICATE-----\n".to_owned(),
        ] {
            for parts in [
                [&bad, &one, &other],
                [&one, &bad, &other],
                [&one, &other, &bad],
            ] {
                let text = parts.map(String::as_str).concat();
                assert_eq!(found(text.as_bytes()), Ok(both.clone()), "{text}");
            }
        }
    }

    #[test]
    fn another_form_is_named() {
        let pem = Authority::new().expect("it can be made").pem();
        let der = certificates(&pem).next().expect("there is one");
        assert!(
            found(&der)
                .expect_err("DER")
                .contains("it is a certificate in DER")
        );
        let wide: Vec<u8> = pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(
            found(&wide)
                .expect_err("UTF-16")
                .contains("looks like UTF-16")
        );
        let trusted = pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE");
        let why = found(trusted.as_bytes()).expect_err("OpenSSL's own");
        assert!(why.contains("OpenSSL's trusted certificates"), "{why}");
        assert_eq!(why.lines().count(), 1, "{why}");
        let why = pem_file("/dev/zero").expect_err("no end");
        assert!(why.contains("more than 16 MB"), "{why}");
    }

    #[test]
    fn a_file_without_certificates_says_what_to_do() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let name = file.path().to_str().expect("a name in UTF-8");
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for text in ["", "no PEM", broken] {
            fs::write(file.path(), text).expect("it can be written");
            let why = pem_file(name).expect_err("it is refused");
            assert!(why.contains("name a PEM file"), "{why}");
        }
        let why = pem_file("/nowhere/ca.pem").expect_err("it isn't there");
        assert!(why.contains("name a PEM file"), "{why}");
    }

    #[test]
    fn roots_of_the_user_that_are_none_are_named() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let folder = folder.path().to_str().expect("a name in UTF-8");
        let (full, empty) = (format!("{folder}/full/ca.pem"), format!("{folder}/empty"));
        let pem = Authority::new().expect("it can be made").pem();
        let parent = format!("{folder}/full");
        fs::create_dir(&parent).expect("it can be made");
        fs::write(&full, pem).expect("it can be written");
        fs::write(&empty, "no PEM").expect("it can be written");
        let some = format!("/nowhere:{folder}:{parent}");
        let (unread, none) = ("can't be read: ", "holds no certificate");
        for (name, value, why) in [
            ("SSL_CERT_FILE", &*full, ""),
            ("SSL_CERT_FILE", "/nowhere/ca.pem", unread),
            ("SSL_CERT_FILE", "/", unread),
            ("SSL_CERT_FILE", &*empty, none),
            ("SSL_CERT_FILE", "/dev/null", none),
            ("SSL_CERT_DIR", &*some, ""),
            ("SSL_CERT_DIR", "/nowhere", unread),
            ("SSL_CERT_DIR", &*full, unread),
            ("SSL_CERT_DIR", folder, none),
            ("OTHER", "/nowhere", ""),
        ] {
            let said = |other_roots| {
                let variable = |wanted: &str| (wanted == name).then(|| value.into());
                let held = ensure_roots_of_user(variable, other_roots);
                held.err().map(|why| why.to_string()).unwrap_or_default()
            };
            let start = match why {
                "" => String::new(),
                why => format!("{name} is {value}, which {why}"),
            };
            assert!(said(false).starts_with(&start), "{}", said(false));
            assert_eq!(said(false).is_empty(), why.is_empty(), "{name}={value}");
            assert_eq!(said(true).is_empty(), why != unread, "{name}={value}");
        }
    }

    #[test]
    fn roots_of_the_user_without_an_end_are_refused_before_they_are_read() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let folder = folder.path().to_str().expect("a name in UTF-8");
        let (pipe, large) = (format!("{folder}/pipe"), format!("{folder}/large"));
        let made = process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("it can be made").success());
        let sparse = fs::File::create(&large).expect("it can be made");
        sparse.set_len(LARGEST + 1).expect("it has holes");
        for (file, why) in [
            (&*pipe, "which is a pipe"),
            (&*large, "of which more than 16 MB are not read"),
            ("/dev/zero", "of which more than 16 MB are not read"),
            ("/dev/null", ""),
            ("/nowhere/ca.pem", ""),
            (folder, ""),
        ] {
            let held = ensure_roots_end(|_| Some(file.into()));
            let said = held.err().map(|why| why.to_string()).unwrap_or_default();
            let start = match why {
                "" => String::new(),
                why => format!("SSL_CERT_FILE is {file}, {why}; "),
            };
            assert!(said.starts_with(&start), "{said}");
            assert_eq!(said.is_empty(), why.is_empty(), "{said}");
        }
        assert!(ensure_roots_end(|_| None).is_ok());
    }

    #[test]
    fn plain_http_reads_no_roots() {
        let trust = Trust::new(&["http://a/".to_owned()], None);
        assert!(trust.certificates().is_empty());
    }
}
