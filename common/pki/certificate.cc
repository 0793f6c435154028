#include "common/pki/certificate.h"

#include <openssl/objects.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/pem.h"
#include "common/crypto/digest.h"
#include "common/pki/asn1.h"

namespace sti::pki {
namespace {

constexpr char kPemLabel[] = "CERTIFICATE";

absl::Status Malformed(absl::string_view detail) { return MakeError(Reason::kCertificateMalformed, detail); }

struct PoliciesDeleter {
  void operator()(CERTIFICATEPOLICIES* policies) const { CERTIFICATEPOLICIES_free(policies); }
};

struct DistPointsDeleter {
  void operator()(CRL_DIST_POINTS* points) const { CRL_DIST_POINTS_free(points); }
};

bool IsProcessedByOpenSsl(int nid) {
  switch (nid) {
    case NID_basic_constraints:
    case NID_key_usage:
    case NID_certificate_policies:
    case NID_crl_distribution_points:
    case NID_subject_key_identifier:
    case NID_authority_key_identifier:
    case NID_subject_alt_name:
    case NID_ext_key_usage:
    case NID_info_access:
      return true;
    default:
      return false;
  }
}

absl::StatusOr<DistinguishedName> ParseName(const X509_NAME* name) {
  return DistinguishedName::ParseDer(ToDer(name, i2d_X509_NAME));
}

absl::StatusOr<std::optional<absl::Time>> RequireTime(const ASN1_TIME* time) {
  const std::optional<absl::Time> parsed = ParseTime(time);
  if (!parsed.has_value()) return Malformed("validity is not in the form of RFC 5280 s4.1.2.5");
  return parsed;
}

}  // namespace

struct Certificate::Parts {
  crypto::X509Ptr x509;
  std::string der, sha256, serial, subject_key_id, authority_key_id, crl_url;
  std::string organization, issuer_text;
  std::optional<DistinguishedName> subject, issuer, crl_issuer;
  std::optional<absl::Time> not_before, not_after;
  bool is_ca = false;
  std::optional<int> path_length;
  std::optional<uint32_t> key_usage;
  bool narrow_extended_key_usage = false, critical_extended_key_usage = false;
  bool unknown_critical = false;
  std::vector<std::string> policies;
  std::optional<TnAuthList> tn_auth_list;
  std::optional<ClaimConstraints> claim_constraints;
  int curve = NID_undef;
  std::optional<crypto::VerifyingKey> es256_key;

  absl::Status Fill();
  absl::Status FillExtensions();
  absl::Status FillExtension(X509_EXTENSION* extension);
  absl::Status FillPolicies();
  absl::Status FillCrlDistributionPoint();
};

absl::Status Certificate::Parts::Fill() {
  sha256 = crypto::Sha256(der);
  serial = IntegerHex(X509_get0_serialNumber(x509.get()));
  if (serial.empty()) return Malformed("serial number");
  STI_ASSIGN_OR_RETURN(subject, ParseName(X509_get_subject_name(x509.get())));
  STI_ASSIGN_OR_RETURN(issuer, ParseName(X509_get_issuer_name(x509.get())));
  organization = subject->Organization();
  issuer_text = issuer->Text();
  STI_ASSIGN_OR_RETURN(not_before, RequireTime(X509_get0_notBefore(x509.get())));
  STI_ASSIGN_OR_RETURN(not_after, RequireTime(X509_get0_notAfter(x509.get())));
  curve = NamedCurve(x509.get());
  if (curve == NID_X9_62_prime256v1) {
    absl::StatusOr<crypto::VerifyingKey> key = crypto::VerifyingKey::FromEvp(X509_get0_pubkey(x509.get()));
    if (key.ok()) es256_key = *std::move(key);
  }
  return FillExtensions();
}

absl::Status Certificate::Parts::FillExtensions() {
  const long version = X509_get_version(x509.get());
  const int count = X509_get_ext_count(x509.get());
  if (version < X509_VERSION_1 || version > X509_VERSION_3) return Malformed("unknown version");
  if (version != X509_VERSION_3 && count > 0) return Malformed("extensions before version 3");
  std::set<std::string> seen;
  for (int i = 0; i < count; ++i) {
    X509_EXTENSION* extension = X509_get_ext(x509.get(), i);
    const ASN1_OBJECT* oid = X509_EXTENSION_get_object(extension);
    std::string key(reinterpret_cast<const char*>(OBJ_get0_data(oid)), OBJ_length(oid));
    if (!seen.insert(std::move(key)).second)
      return Malformed(absl::StrCat("extension twice: ", OidText(oid)));
    STI_RETURN_IF_ERROR(FillExtension(extension));
  }
  // Also makes OpenSSL fill its caches now, while no other thread can see this object.
  if (X509_check_purpose(x509.get(), -1, 0) != 1 ||
      (X509_get_extension_flags(x509.get()) & EXFLAG_INVALID) != 0) {
    return Malformed(absl::StrCat("an extension cannot be decoded: ", crypto::DrainOpenSslErrors()));
  }
  const uint32_t flags = X509_get_extension_flags(x509.get());
  is_ca = (flags & EXFLAG_CA) != 0 && (flags & EXFLAG_BCONS) != 0;
  const long length = X509_get_pathlen(x509.get());
  if (is_ca && length >= 0)
    path_length = static_cast<int>(std::min<long>(length, limits::kChainCertificates));
  if ((flags & EXFLAG_KUSAGE) != 0) key_usage = X509_get_key_usage(x509.get());
  narrow_extended_key_usage =
      (flags & EXFLAG_XKUSAGE) != 0 && (X509_get_extended_key_usage(x509.get()) & XKU_ANYEKU) == 0;
  // There is none for STIR: a critical one says that the key is for something else (RFC 5280 s4.2.1.12).
  unknown_critical = unknown_critical || (narrow_extended_key_usage && critical_extended_key_usage);
  subject_key_id = StringOctets(X509_get0_subject_key_id(x509.get()));
  authority_key_id = StringOctets(X509_get0_authority_key_id(x509.get()));
  STI_RETURN_IF_ERROR(FillPolicies());
  return FillCrlDistributionPoint();
}

absl::Status Certificate::Parts::FillExtension(X509_EXTENSION* extension) {
  const ASN1_OBJECT* object = X509_EXTENSION_get_object(extension);
  const std::string oid = OidText(object);
  const std::string value = StringOctets(X509_EXTENSION_get_data(extension));
  if (oid == kTnAuthListOid) {
    STI_ASSIGN_OR_RETURN(tn_auth_list, TnAuthList::ParseDer(value));
  } else if (oid == kJwtClaimConstraintsOid || oid == kEnhancedJwtClaimConstraintsOid) {
    // RFC 9118 s6: not both.
    if (claim_constraints.has_value()) return Malformed("both claim constraint extensions");
    STI_ASSIGN_OR_RETURN(claim_constraints,
                         ClaimConstraints::ParseDer(value, oid == kEnhancedJwtClaimConstraintsOid));
  } else if (X509_EXTENSION_get_critical(extension) != 0) {
    const int nid = OBJ_obj2nid(object);
    if (nid == NID_ext_key_usage) critical_extended_key_usage = true;
    if (!IsProcessedByOpenSsl(nid)) unknown_critical = true;
  }
  return absl::OkStatus();
}

absl::Status Certificate::Parts::FillPolicies() {
  int critical = -1;  // stays below zero when the extension is absent
  const std::unique_ptr<CERTIFICATEPOLICIES, PoliciesDeleter> decoded(static_cast<CERTIFICATEPOLICIES*>(
      X509_get_ext_d2i(x509.get(), NID_certificate_policies, &critical, nullptr)));
  if (decoded == nullptr) return critical == -1 ? absl::OkStatus() : Malformed("CertificatePolicies");
  for (int i = 0; i < sk_POLICYINFO_num(decoded.get()); ++i) {
    policies.push_back(OidText(sk_POLICYINFO_value(decoded.get(), i)->policyid));
  }
  return absl::OkStatus();
}

absl::Status Certificate::Parts::FillCrlDistributionPoint() {
  const std::unique_ptr<CRL_DIST_POINTS, DistPointsDeleter> points(static_cast<CRL_DIST_POINTS*>(
      X509_get_ext_d2i(x509.get(), NID_crl_distribution_points, nullptr, nullptr)));
  if (points == nullptr || sk_DIST_POINT_num(points.get()) == 0) return absl::OkStatus();
  const DIST_POINT* point = sk_DIST_POINT_value(points.get(), 0);
  if (point->distpoint != nullptr && point->distpoint->type == 0) {
    const GENERAL_NAMES* names = point->distpoint->name.fullname;
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && crl_url.empty(); ++i) {
      const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
      if (name->type == GEN_URI) crl_url = StringOctets(name->d.uniformResourceIdentifier);
    }
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(point->CRLissuer) && !crl_issuer.has_value(); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(point->CRLissuer, i);
    if (name->type != GEN_DIRNAME) continue;
    STI_ASSIGN_OR_RETURN(crl_issuer, ParseName(name->d.directoryName));
  }
  return absl::OkStatus();
}

absl::StatusOr<Certificate> Certificate::ParseDer(absl::string_view der) {
  if (der.size() > limits::kCertificate)
    return MakeError(Reason::kTooLarge, "a certificate is longer than allowed");
  auto parts = std::make_shared<Parts>();
  const unsigned char* in = Octets(der);
  parts->x509.reset(d2i_X509(nullptr, &in, static_cast<long>(der.size())));
  if (parts->x509 == nullptr) return Malformed(crypto::DrainOpenSslErrors());
  if (in != Octets(der) + der.size()) return Malformed("octets after the end");
  parts->der = std::string(der);
  // The part outside of the signature must have one encoding, since certificates are compared by their
  // octets.
  if (ToDer(parts->x509.get(), i2d_X509) != der) return Malformed("BER that is not DER");
  absl::Status filled = parts->Fill();
  crypto::DrainOpenSslErrors();
  if (!filled.ok()) return filled;
  return Certificate(std::move(parts));
}

absl::StatusOr<Certificate> Certificate::ParsePem(absl::string_view pem) {
  STI_ASSIGN_OR_RETURN(const CertificateChain chain, CertificateChain::Parse(pem));
  if (chain.certificates().size() != 1) return Malformed("more than one certificate");
  return chain.leaf();
}

const std::string& Certificate::der() const { return parts_->der; }
std::string Certificate::Pem() const { return codec::PemEncode(kPemLabel, parts_->der); }
const std::string& Certificate::sha256() const { return parts_->sha256; }
const DistinguishedName& Certificate::subject() const { return *parts_->subject; }
const DistinguishedName& Certificate::issuer() const { return *parts_->issuer; }
const std::string& Certificate::organization() const { return parts_->organization; }
const std::string& Certificate::issuer_text() const { return parts_->issuer_text; }
const std::string& Certificate::serial() const { return parts_->serial; }
absl::Time Certificate::not_before() const { return *parts_->not_before; }
absl::Time Certificate::not_after() const { return *parts_->not_after; }
bool Certificate::is_ca() const { return parts_->is_ca; }
std::optional<int> Certificate::path_length() const { return parts_->path_length; }
bool Certificate::has_key_usage() const { return parts_->key_usage.has_value(); }
bool Certificate::may_sign_certificates() const {
  return (parts_->key_usage.value_or(KU_KEY_CERT_SIGN) & KU_KEY_CERT_SIGN) != 0;
}
bool Certificate::may_sign_crls() const { return (parts_->key_usage.value_or(0) & KU_CRL_SIGN) != 0; }
bool Certificate::may_sign_data() const {
  return (parts_->key_usage.value_or(0) & KU_DIGITAL_SIGNATURE) != 0;
}
bool Certificate::has_narrow_extended_key_usage() const { return parts_->narrow_extended_key_usage; }
bool Certificate::has_unknown_critical_extension() const { return parts_->unknown_critical; }
const std::string& Certificate::subject_key_id() const { return parts_->subject_key_id; }
const std::string& Certificate::authority_key_id() const { return parts_->authority_key_id; }
const std::optional<TnAuthList>& Certificate::tn_auth_list() const { return parts_->tn_auth_list; }
const std::optional<ClaimConstraints>& Certificate::claim_constraints() const {
  return parts_->claim_constraints;
}
const std::vector<std::string>& Certificate::policies() const { return parts_->policies; }
const std::string& Certificate::crl_url() const { return parts_->crl_url; }
const std::optional<DistinguishedName>& Certificate::crl_issuer() const { return parts_->crl_issuer; }
bool Certificate::is_p256() const { return parts_->es256_key.has_value(); }
bool Certificate::is_p384() const { return parts_->curve == NID_secp384r1; }
X509* Certificate::x509() const { return parts_->x509.get(); }

absl::StatusOr<crypto::VerifyingKey> Certificate::Es256Key() const {
  if (!parts_->es256_key.has_value())
    return MakeError(Reason::kCertificateKeyUnsupported, "the key is not P-256");
  return *parts_->es256_key;
}

bool Certificate::IsSignedBy(const Certificate& issuer) const {
  const int algorithm = X509_get_signature_nid(x509());
  if (algorithm != NID_ecdsa_with_SHA256 && algorithm != NID_ecdsa_with_SHA384) return false;
  if (!issuer.is_p256() && !issuer.is_p384()) return false;
  const bool valid = X509_verify(x509(), X509_get0_pubkey(issuer.x509())) == 1;
  if (!valid) crypto::DrainOpenSslErrors();
  return valid;
}

}  // namespace sti::pki
