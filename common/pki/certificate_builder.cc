#include "common/pki/certificate_builder.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/pki/asn1.h"
#include "common/pki/signed_structure.h"

namespace sti::pki {
namespace {

constexpr size_t kSerialOctets = 16;
constexpr int kSerialBits = 159;  // RFC 5280 s4.1.2.2: at most 20 octets, positive

using Asn1IntegerPtr = crypto::OpenSslPtr<ASN1_INTEGER, ASN1_INTEGER_free>;

absl::Status Missing(absl::string_view field) { return MakeError(Reason::kMissingField, field, "required"); }
absl::Status Invalid(absl::string_view field, absl::string_view detail) {
  return MakeError(Reason::kInvalidField, field, detail);
}

absl::Status CheckUsage(const CertificateTemplate& contents) {
  const KeyUsageBits& usage = contents.key_usage;
  if (!usage.digital_signature && !usage.certificate_sign && !usage.crl_sign) return Missing("key_usage");
  if (usage.certificate_sign != contents.is_ca)
    return Invalid("key_usage", "certificate_sign and is_ca go together");
  if (contents.path_length.has_value() && (!contents.is_ca || *contents.path_length < 0)) {
    return Invalid("path_length", "zero or more, and only for a CA");
  }
  return absl::OkStatus();
}

absl::Status CheckContents(const CertificateTemplate& contents) {
  if (!contents.subject.has_value()) return Missing("subject");
  if (!contents.public_key.has_value()) return Missing("public_key");
  if (contents.serial_hex.empty()) return Missing("serial_hex");
  if (!contents.not_before.has_value()) return Missing("not_before");
  if (!contents.not_after.has_value()) return Missing("not_after");
  if (*contents.not_after < *contents.not_before) return Invalid("not_after", "earlier than not_before");
  if (!contents.crl_url.empty() && !contents.crl_issuer.has_value()) return Missing("crl_issuer");
  if (contents.crl_url.empty() && contents.crl_issuer.has_value()) return Missing("crl_url");
  for (const char c : contents.crl_url) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c))) return Invalid("crl_url", "not a URL");
  }
  return CheckUsage(contents);
}

absl::Status SetSerial(const std::string& hex, X509* x509) {
  BIGNUM* parsed = nullptr;
  const int used = hex[0] == '-' ? 0 : BN_hex2bn(&parsed, hex.c_str());
  const crypto::BignumPtr number(parsed);
  if (used != static_cast<int>(hex.size()) || BN_is_zero(parsed) || BN_num_bits(parsed) > kSerialBits) {
    return Invalid("serial_hex", "1 to 159 bits in hexadecimal, not zero");
  }
  const Asn1IntegerPtr serial(BN_to_ASN1_INTEGER(parsed, nullptr));
  if (X509_set_serialNumber(x509, serial.get()) == 1) return absl::OkStatus();
  return MakeError(Reason::kInternal, crypto::DrainOpenSslErrors());
}

absl::Status SetName(const DistinguishedName& name, int (*set)(X509*, const X509_NAME*), X509* x509) {
  const unsigned char* in = Octets(name.der());
  const crypto::X509NamePtr decoded(d2i_X509_NAME(nullptr, &in, static_cast<long>(name.der().size())));
  if (decoded != nullptr && set(x509, decoded.get()) == 1) return absl::OkStatus();
  return MakeError(Reason::kInternal, crypto::DrainOpenSslErrors());
}

absl::Status SetTime(absl::Time time, absl::string_view field, int (*set)(X509*, const ASN1_TIME*),
                     X509* x509) {
  const Asn1TimePtr value = MakeTime(time);
  if (value != nullptr && set(x509, value.get()) == 1) return absl::OkStatus();
  crypto::DrainOpenSslErrors();
  return Invalid(field, "a time before year 10000");
}

absl::Status AddExtensions(const CertificateTemplate& contents, absl::string_view authority_key_id,
                           ExtensionList& list) {
  list.AddBasicConstraints(contents.is_ca, contents.path_length.value_or(-1));
  list.AddKeyUsage(contents.key_usage);
  list.AddSubjectKeyId(KeyId(contents.public_key->evp()));
  if (!authority_key_id.empty()) list.AddAuthorityKeyId(authority_key_id);
  if (!contents.policy_oid.empty()) STI_RETURN_IF_ERROR(list.AddPolicy(contents.policy_oid));
  if (!contents.crl_url.empty()) list.AddCrlDistributionPoint(contents.crl_url, *contents.crl_issuer);
  if (contents.tn_auth_list.has_value()) list.AddTnAuthList(contents.tn_auth_list->der());
  if (contents.claim_constraints.has_value()) {
    STI_ASSIGN_OR_RETURN(const std::string constraints, contents.claim_constraints->EnhancedDer());
    list.AddEnhancedClaimConstraints(constraints);
  }
  if (!contents.dns_names.empty() || !contents.ip_addresses.empty()) {
    STI_RETURN_IF_ERROR(list.AddSubjectAltName(contents.dns_names, contents.ip_addresses));
    list.AddTransportKeyUsage();
  }
  return list.status();
}

absl::StatusOr<Certificate> Sign(const CertificateTemplate& contents, const DistinguishedName& issuer,
                                 absl::string_view authority_key_id, const crypto::Signer& key) {
  const crypto::X509Ptr owner(X509_new());
  X509* const x509 = owner.get();
  X509_set_version(x509, X509_VERSION_3);
  STI_RETURN_IF_ERROR(SetSerial(contents.serial_hex, x509));
  STI_RETURN_IF_ERROR(SetName(*contents.subject, X509_set_subject_name, x509));
  STI_RETURN_IF_ERROR(SetName(issuer, X509_set_issuer_name, x509));
  STI_RETURN_IF_ERROR(SetTime(*contents.not_before, "not_before", X509_set1_notBefore, x509));
  STI_RETURN_IF_ERROR(SetTime(*contents.not_after, "not_after", X509_set1_notAfter, x509));
  ExtensionList extensions;
  STI_RETURN_IF_ERROR(AddExtensions(contents, authority_key_id, extensions));
  bool done = X509_set_pubkey(x509, contents.public_key->evp()) == 1;
  for (int i = 0; done && i < sk_X509_EXTENSION_num(extensions.get()); ++i) {
    done = X509_add_ext(x509, sk_X509_EXTENSION_value(extensions.get(), i), -1) == 1;
  }
  if (!done) return MakeError(Reason::kInternal, crypto::DrainOpenSslErrors());
  STI_ASSIGN_OR_RETURN(const std::string der, SignStructure(x509, X509_sign, i2d_re_X509_tbs, key));
  return Certificate::ParseDer(der);
}

}  // namespace

absl::StatusOr<std::string> MakeSerial(const Random& random) {
  STI_ASSIGN_OR_RETURN(const std::string octets, random.Bytes(kSerialOctets));
  const std::string hex = absl::AsciiStrToUpper(absl::BytesToHexString(octets));
  const size_t first = hex.find_first_not_of('0');
  if (first == std::string::npos) return MakeError(Reason::kInternal, "the random source gives zeros");
  return hex.substr(first);
}

absl::StatusOr<Certificate> RehearseCertificate(const CertificateTemplate& contents,
                                                const Certificate& issuer,
                                                const crypto::Signer& throw_away_key) {
  STI_RETURN_IF_ERROR(CheckContents(contents));
  if (!issuer.is_ca() || !issuer.may_sign_certificates()) return Invalid("issuer", "not a CA");
  if (issuer.subject_key_id().empty()) return Invalid("issuer", "has no SubjectKeyIdentifier");
  return Sign(contents, issuer.subject(), issuer.subject_key_id(), throw_away_key);
}

absl::string_view TbsOf(const Certificate& certificate) {
  const unsigned char* const begin = Octets(certificate.der());
  const unsigned char* const end = begin + certificate.der().size();
  const unsigned char* at = begin;
  long size = 0;
  int tag = 0, type = 0;
  // Certificate, then tbsCertificate; both have been parsed before.
  ASN1_get_object(&at, &size, &tag, &type, end - at);
  const unsigned char* const tbs = at;
  ASN1_get_object(&at, &size, &tag, &type, end - at);
  return {reinterpret_cast<const char*>(tbs), static_cast<size_t>(at - tbs + size)};
}

absl::StatusOr<Certificate> IssueCertificate(const CertificateTemplate& contents, const Certificate& issuer,
                                             const crypto::Signer& issuer_key) {
  STI_RETURN_IF_ERROR(CheckContents(contents));
  if (!issuer.is_ca() || !issuer.may_sign_certificates()) return Invalid("issuer", "not a CA");
  if (issuer.subject_key_id().empty()) return Invalid("issuer", "has no SubjectKeyIdentifier");
  const absl::StatusOr<crypto::VerifyingKey> issuer_public = issuer.Es256Key();
  if (!issuer_public.ok() || !(*issuer_public == issuer_key.public_key())) {
    return MakeError(Reason::kKeyMismatch, "issuer", "the key is not that of the issuer's certificate");
  }
  return Sign(contents, issuer.subject(), issuer.subject_key_id(), issuer_key);
}

absl::StatusOr<Certificate> SelfSign(const CertificateTemplate& contents, const crypto::Signer& key) {
  STI_RETURN_IF_ERROR(CheckContents(contents));
  if (!(*contents.public_key == key.public_key())) {
    return MakeError(Reason::kKeyMismatch, "public_key", "not the key that signs");
  }
  return Sign(contents, *contents.subject, "", key);
}

}  // namespace sti::pki
