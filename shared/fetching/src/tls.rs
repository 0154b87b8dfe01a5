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
        let mut trusted = rustls_native_certs::load_native_certs().certs;
        trusted.extend(certificates(self.cacert.as_deref().unwrap_or_default()));
        trusted
    }
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
        let trust = Trust::new(&["http://a/".to_owned()], None);
        assert!(trust.certificates().is_empty());
    }
}
