//! TLS for the clients: rustls over ring, and what a server's certificate must lead to.
//!
//! The system's roots are read by rustls-native-certs: it gives certificates, which every
//! client here takes and which others can be added to. A verifier of the platform's own
//! (rustls-platform-verifier) would do for reqwest and hyper, but ureq takes nothing
//! beside it, and on Linux it reads the same files.

use std::{fs, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, pem::PemObject},
};

/// How rustls' own users, reqwest and hyper among them, verify these URLs: a certificate
/// must lead to one of the system's roots or to one in `cacert`, in PEM.
///
/// Where no URL is https and there is no `cacert`, nothing is read: a client that speaks
/// plain HTTP needs no roots.
pub fn tls(urls: &[String], cacert: Option<&str>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    // Systems carry a few that rustls can't read, so these are left out.
    roots.add_parsable_certificates(trusted(urls, cacert));
    ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks them all")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// The same for ureq, which has a configuration of its own.
#[cfg(feature = "ureq")]
pub fn ureq_tls(urls: &[String], cacert: Option<&str>) -> ureq::tls::TlsConfig {
    ureq_config(&trusted(urls, cacert))
}

/// The same for a client that follows redirects, which lead to https from any URL.
#[cfg(feature = "ureq")]
pub fn redirected_ureq_tls(cacert: Option<&str>) -> ureq::tls::TlsConfig {
    ureq_config(&all_trusted(cacert))
}

#[cfg(feature = "ureq")]
fn ureq_config(trusted: &[CertificateDer<'_>]) -> ureq::tls::TlsConfig {
    use ureq::tls::{Certificate, RootCerts, TlsConfig};
    let own = trusted
        .iter()
        .map(|der| Certificate::from_der(der).to_owned());
    let roots: Vec<_> = own.collect();
    TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(Arc::new(default_provider()))
        .build()
}

fn trusted(urls: &[String], cacert: Option<&str>) -> Vec<CertificateDer<'static>> {
    match cacert.is_some() || urls.iter().any(|url| url.starts_with("https://")) {
        true => all_trusted(cacert),
        false => Vec::new(),
    }
}

fn all_trusted(cacert: Option<&str>) -> Vec<CertificateDer<'static>> {
    // Files that can't be read are none that a server could be verified by.
    let mut trusted = rustls_native_certs::load_native_certs().certs;
    trusted.extend(certificates(cacert.unwrap_or_default()));
    trusted
}

/// The certificates in a PEM text.
fn certificates(pem: &str) -> impl Iterator<Item = CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).filter_map(Result::ok)
}

/// The text of a PEM file with certificates in it, for clap.
pub(crate) fn pem_file(file: &str) -> Result<String, String> {
    let text = fs::read_to_string(file)
        .map_err(|error| format!("{error}; name a PEM file of certificates"))?;
    let usable = |der| RootCertStore::empty().add(der).is_ok();
    if !certificates(&text).any(usable) {
        const WHY: &str = "it holds no certificate that can be read; name a PEM file, which \
                           has lines -----BEGIN CERTIFICATE-----";
        return Err(WHY.to_owned());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn plain_http_reads_no_roots() {
        assert!(trusted(&["http://a/".to_owned()], None).is_empty());
    }
}
