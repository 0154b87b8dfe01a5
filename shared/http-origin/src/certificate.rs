//! Certificates: a CA made for one run, and what it signs for an origin.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivatePkcs8KeyDer;

/// A certificate authority that lives as long as the value: its key is kept nowhere else.
#[derive(Debug)]
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What an origin shows to its clients: a certificate that holds, or one that a client
/// must refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// For `localhost`, the loopback addresses and the address that is listened on.
    Valid,
    /// For another host's name.
    WrongHost,
    /// Its time is over.
    Expired,
    /// Signed by another authority, which no client knows.
    Untrusted,
}

impl Authority {
    /// Makes a key and a certificate of its own for it.
    ///
    /// # Errors
    /// The system has no randomness for a key.
    pub fn new() -> Result<Authority, rcgen::Error> {
        Authority::named("a CA made for this run of the origin")
    }

    /// Its certificate in PEM, which clients are to trust.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    fn named(name: &str) -> Result<Authority, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        Ok(Authority(issuer))
    }

    /// What a server at `address` needs to show such a certificate.
    pub(crate) fn server(
        &self,
        certificate: Certificate,
        address: IpAddr,
    ) -> Result<Arc<ServerConfig>, rcgen::Error> {
        let stranger;
        let issuer = match certificate {
            Certificate::Untrusted => {
                stranger = Authority::named("a CA that nobody knows")?;
                &stranger.0
            }
            _ => &self.0,
        };
        let names = match certificate {
            Certificate::WrongHost => vec!["elsewhere.invalid".to_owned()],
            _ => ["localhost", "127.0.0.1", "::1"]
                .map(str::to_owned)
                .into_iter()
                .chain([address.to_string()])
                .collect(),
        };
        let mut params = CertificateParams::new(names)?;
        params
            .distinguished_name
            .push(DnType::CommonName, "the origin");
        // What Python's strict verification asks for beyond the rest.
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        if certificate == Certificate::Expired {
            params.not_after = date_time_ymd(2001, 1, 1);
        }
        let key = KeyPair::generate()?;
        let signed = params.signed_by(&key, issuer)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks them all")
            .with_no_client_auth()
            .with_single_cert(vec![signed.der().clone()], key.into())
            .expect("the key is the certificate's");
        Ok(Arc::new(config))
    }
}
