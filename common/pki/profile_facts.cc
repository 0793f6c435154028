// Reads once what the rules of the profile look at.
#include <openssl/objects.h>

#include <memory>

#include "common/crypto/openssl_handles.h"
#include "common/pki/asn1.h"
#include "common/pki/profile_rules.h"

namespace sti::pki {
namespace {

using CrlPointsPtr = crypto::OpenSslPtr<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;

std::string TextOf(const ASN1_STRING* value) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, value);
  if (size < 0) {
    crypto::DrainOpenSslErrors();
    return StringOctets(value);
  }
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<size_t>(size));
  OPENSSL_free(utf8);
  return text;
}

void ReadSubject(X509* x509, ProfileFacts& facts) {
  const X509_NAME* name = X509_get_subject_name(x509);
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    facts.subject.push_back(
        {OidText(X509_NAME_ENTRY_get_object(entry)), TextOf(X509_NAME_ENTRY_get_data(entry))});
  }
}

void ReadExtensions(X509* x509, ProfileFacts& facts) {
  for (int i = 0; i < X509_get_ext_count(x509); ++i) {
    X509_EXTENSION* extension = X509_get_ext(x509, i);
    facts.extensions.push_back({OidText(X509_EXTENSION_get_object(extension)),
                                X509_EXTENSION_get_critical(extension) != 0,
                                StringOctets(X509_EXTENSION_get_data(extension))});
  }
}

void ReadCrlPoints(X509* x509, ProfileFacts& facts) {
  const CrlPointsPtr points(
      static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(x509, NID_crl_distribution_points, nullptr, nullptr)));
  facts.crl_points = points == nullptr ? 0 : sk_DIST_POINT_num(points.get());
  if (facts.crl_points <= 0) return;
  const DIST_POINT* point = sk_DIST_POINT_value(points.get(), 0);
  if (point->distpoint != nullptr && point->distpoint->type == 0)
    facts.crl_point_names = sk_GENERAL_NAME_num(point->distpoint->name.fullname);
}

// RFC 5280 s4.2.1.2 method 1, over the key as it stands there: to encode it again would take longer than all
// the rules.
std::string KeyIdOf(X509* x509) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (X509_pubkey_digest(x509, EVP_sha1(), digest, &size) != 1) return "";
  return std::string(reinterpret_cast<const char*>(digest), size);
}

}  // namespace

const ExtensionFacts* ProfileFacts::Find(absl::string_view oid) const {
  for (const ExtensionFacts& extension : extensions) {
    if (extension.oid == oid) return &extension;
  }
  return nullptr;
}

std::vector<std::string> ProfileFacts::SubjectValues(absl::string_view oid) const {
  std::vector<std::string> values;
  for (const AttributeFacts& attribute : subject) {
    if (attribute.oid == oid) values.push_back(attribute.text);
  }
  return values;
}

ProfileFacts FactsOf(const Certificate& certificate, CertificateRole role, const Certificate* issuer) {
  X509* x509 = certificate.x509();
  ProfileFacts facts;
  facts.certificate = &certificate;
  facts.issuer = issuer;
  facts.role = role;
  facts.issued = absl::FormatTime("%E4Y-%m-%d", certificate.not_before(), absl::UTCTimeZone());
  facts.version = X509_get_version(x509) + 1;
  const X509_ALGOR* algorithm = nullptr;
  X509_get0_signature(nullptr, &algorithm, x509);
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
  facts.signature_oid = OidText(oid);
  ReadSubject(x509, facts);
  ReadExtensions(x509, facts);
  ReadCrlPoints(x509, facts);
  facts.crl_issuer = certificate.crl_issuer().has_value();
  facts.key_id = KeyIdOf(x509);
  crypto::DrainOpenSslErrors();
  return facts;
}

}  // namespace sti::pki
