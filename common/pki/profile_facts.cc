// Reads once what the rules of the profile look at.
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <memory>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "common/crypto/openssl_handles.h"
#include "common/pki/asn1.h"
#include "common/pki/claim_constraints.h"
#include "common/pki/profile_rules.h"
#include "common/pki/tn_auth_list.h"

namespace sti::pki {
namespace {

constexpr char kSubjectKeyId[] = "2.5.29.14";
constexpr char kBasicConstraints[] = "2.5.29.19";
constexpr char kCrlDistributionPoints[] = "2.5.29.31";
constexpr char kCertificatePolicies[] = "2.5.29.32";
constexpr char kAuthorityKeyId[] = "2.5.29.35";

using CrlPointsPtr = crypto::OpenSslPtr<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;
using PoliciesPtr = crypto::OpenSslPtr<CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free>;
using BasicConstraintsPtr = crypto::OpenSslPtr<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>;
using AuthorityKeyIdPtr = crypto::OpenSslPtr<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;
using OctetsPtr = crypto::OpenSslPtr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;

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

// The whole of the extension as its type; null when it cannot be decoded.
template <typename Ptr>
Ptr Decode(absl::string_view der, const ASN1_ITEM* item) {
  const unsigned char* in = Octets(der);
  Ptr value(reinterpret_cast<typename Ptr::pointer>(
      ASN1_item_d2i(nullptr, &in, static_cast<long>(der.size()), item)));
  return in == Octets(der) + der.size() ? std::move(value) : nullptr;
}

void ReadCrlPoints(const ExtensionFacts& extension, ProfileFacts& facts) {
  const auto points = Decode<CrlPointsPtr>(extension.value, ASN1_ITEM_rptr(CRL_DIST_POINTS));
  if (points == nullptr) {
    facts.undecodable.insert(extension.oid);
    return;
  }
  facts.crl_points = sk_DIST_POINT_num(points.get());
  if (facts.crl_points <= 0) return;
  const DIST_POINT* point = sk_DIST_POINT_value(points.get(), 0);
  if (point->distpoint != nullptr && point->distpoint->type == 0) {
    const GENERAL_NAMES* names = point->distpoint->name.fullname;
    facts.crl_point_names = sk_GENERAL_NAME_num(names);
    for (int i = 0; i < facts.crl_point_names; ++i) {
      if (sk_GENERAL_NAME_value(names, i)->type == GEN_URI) facts.crl_url = true;
    }
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(point->CRLissuer); ++i) {
    if (sk_GENERAL_NAME_value(point->CRLissuer, i)->type == GEN_DIRNAME) facts.crl_issuer = true;
  }
}

void ReadPolicies(const ExtensionFacts& extension, ProfileFacts& facts) {
  const auto policies = Decode<PoliciesPtr>(extension.value, ASN1_ITEM_rptr(CERTIFICATEPOLICIES));
  if (policies == nullptr) facts.undecodable.insert(extension.oid);
  for (int i = 0; policies != nullptr && i < sk_POLICYINFO_num(policies.get()); ++i) {
    facts.policies.push_back(OidText(sk_POLICYINFO_value(policies.get(), i)->policyid));
  }
}

void ReadBasicConstraints(const ExtensionFacts& extension, ProfileFacts& facts) {
  const auto constraints = Decode<BasicConstraintsPtr>(extension.value, ASN1_ITEM_rptr(BASIC_CONSTRAINTS));
  if (constraints == nullptr) {
    facts.undecodable.insert(extension.oid);
    return;
  }
  facts.is_ca = constraints->ca != 0;
  facts.path_length = constraints->pathlen != nullptr;
  facts.basic_constraints_der = ToDer(constraints.get(), i2d_BASIC_CONSTRAINTS) == extension.value;
}

void ReadKeyIds(const ExtensionFacts& extension, ProfileFacts& facts) {
  if (extension.oid == kSubjectKeyId) {
    const auto id = Decode<OctetsPtr>(extension.value, ASN1_ITEM_rptr(ASN1_OCTET_STRING));
    if (id == nullptr) facts.undecodable.insert(extension.oid);
    facts.subject_key_id = StringOctets(id.get());
    return;
  }
  const auto id = Decode<AuthorityKeyIdPtr>(extension.value, ASN1_ITEM_rptr(AUTHORITY_KEYID));
  if (id == nullptr) facts.undecodable.insert(extension.oid);
  if (id != nullptr) facts.authority_key_id = StringOctets(id->keyid);
}

// Extensions of any other kind that OpenSSL knows the type of.
void ReadOther(const ExtensionFacts& extension, ProfileFacts& facts) {
  const crypto::OpenSslPtr<ASN1_OBJECT, ASN1_OBJECT_free> oid(OBJ_txt2obj(extension.oid.c_str(), 1));
  const X509V3_EXT_METHOD* method = X509V3_EXT_get_nid(OBJ_obj2nid(oid.get()));
  if (method == nullptr || method->it == nullptr) return;
  const unsigned char* in = Octets(extension.value);
  ASN1_VALUE* value =
      ASN1_item_d2i(nullptr, &in, static_cast<long>(extension.value.size()), ASN1_ITEM_ptr(method->it));
  const bool decoded = value != nullptr && in == Octets(extension.value) + extension.value.size();
  ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
  if (!decoded) facts.undecodable.insert(extension.oid);
}

void ReadExtension(const ExtensionFacts& extension, ProfileFacts& facts) {
  if (extension.oid == kTnAuthListOid) {
    ReadTnAuthList(extension.value, facts);
  } else if (extension.oid == kJwtClaimConstraintsOid || extension.oid == kEnhancedJwtClaimConstraintsOid) {
    const bool enhanced = extension.oid == kEnhancedJwtClaimConstraintsOid;
    if (!ClaimConstraints::ParseDer(extension.value, enhanced).ok()) facts.undecodable.insert(extension.oid);
  } else if (extension.oid == kBasicConstraints) {
    ReadBasicConstraints(extension, facts);
  } else if (extension.oid == kSubjectKeyId || extension.oid == kAuthorityKeyId) {
    ReadKeyIds(extension, facts);
  } else if (extension.oid == kCertificatePolicies) {
    ReadPolicies(extension, facts);
  } else if (extension.oid == kCrlDistributionPoints) {
    ReadCrlPoints(extension, facts);
  } else {
    ReadOther(extension, facts);
  }
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

ProfileFacts FactsOf(X509* x509, absl::string_view der, CertificateRole role) {
  ProfileFacts facts;
  facts.role = role;
  const std::optional<absl::Time> since = ParseTime(X509_get0_notBefore(x509));
  facts.times_decoded = since && ParseTime(X509_get0_notAfter(x509));
  // Without a time, by every rule.
  facts.issued = since ? absl::FormatTime("%E4Y-%m-%d", *since, absl::UTCTimeZone()) : "9999-12-31";
  facts.version = X509_get_version(x509) + 1;
  facts.serial = IntegerHex(X509_get0_serialNumber(x509));
  facts.is_der = ToDer(x509, i2d_X509) == der;
  const int curve = NamedCurve(x509);
  facts.is_p256 = curve == NID_X9_62_prime256v1;
  facts.is_p384 = curve == NID_secp384r1;
  const X509_ALGOR* algorithm = nullptr;
  X509_get0_signature(nullptr, &algorithm, x509);
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
  facts.signature_oid = OidText(oid);
  ReadSubject(x509, facts);
  ReadExtensions(x509, facts);
  for (const ExtensionFacts& extension : facts.extensions) {
    // The first of two: that there are two is a finding of its own.
    if (facts.Find(extension.oid) == &extension) ReadExtension(extension, facts);
  }
  facts.key_id = KeyIdOf(x509);
  crypto::DrainOpenSslErrors();
  return facts;
}

}  // namespace sti::pki
