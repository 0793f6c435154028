#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/pki/asn1.h"
#include "common/pki/crl.h"
#include "common/pki/extensions.h"
#include "common/pki/signed_structure.h"

namespace sti::pki {
namespace {

using Asn1IntegerPtr = crypto::OpenSslPtr<ASN1_INTEGER, ASN1_INTEGER_free>;
using RevokedPtr = crypto::OpenSslPtr<X509_REVOKED, X509_REVOKED_free>;

absl::Status Internal() { return MakeError(Reason::kInternal, crypto::DrainOpenSslErrors()); }

bool IsReasonCode(int code) {
  return code >= 0 && code <= 10 && code != 7 && code != 8;
}  // 8 is for delta CRLs

absl::StatusOr<RevokedPtr> MakeEntry(const RevokedEntry& entry, bool name_issuer) {
  BIGNUM* parsed = nullptr;
  const int used = BN_hex2bn(&parsed, entry.serial.c_str());
  const crypto::BignumPtr number(parsed);
  if (entry.serial.empty() || used != static_cast<int>(entry.serial.size())) {
    return MakeError(Reason::kInvalidField, "serial", "not hexadecimal");
  }
  if (!IsReasonCode(entry.reason_code))
    return MakeError(Reason::kInvalidField, "reason_code", "not of RFC 5280 s5.3.1");
  const Asn1IntegerPtr serial(BN_to_ASN1_INTEGER(parsed, nullptr));
  const Asn1TimePtr revoked = MakeTime(entry.revoked);
  if (revoked == nullptr) return MakeError(Reason::kInvalidField, "revoked", "a time before year 10000");
  ExtensionList extensions;
  if (entry.reason_code != 0) extensions.AddReasonCode(entry.reason_code);
  if (name_issuer) extensions.AddCertificateIssuer(entry.issuer);
  STI_RETURN_IF_ERROR(extensions.status());
  RevokedPtr made(X509_REVOKED_new());
  bool done = X509_REVOKED_set_serialNumber(made.get(), serial.get()) == 1 &&
              X509_REVOKED_set_revocationDate(made.get(), revoked.get()) == 1;
  for (int i = 0; i < sk_X509_EXTENSION_num(extensions.get()); ++i) {
    done = done && X509_REVOKED_add_ext(made.get(), sk_X509_EXTENSION_value(extensions.get(), i), -1) == 1;
  }
  if (!done) return Internal();
  return made;
}

// Where each entry stands after sorting: certificateIssuer is then needed once for each issuer.
std::vector<size_t> SortedByIssuer(const std::vector<RevokedEntry>& entries) {
  std::vector<size_t> order(entries.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&entries](size_t a, size_t b) {
    return entries[a].issuer.canonical() < entries[b].issuer.canonical();
  });
  return order;
}

absl::Status AddEntries(const std::vector<RevokedEntry>& entries, const DistinguishedName& crl_issuer,
                        X509_CRL* crl) {
  const DistinguishedName* issuer = &crl_issuer;  // what an entry without certificateIssuer would mean
  for (const size_t index : SortedByIssuer(entries)) {
    const RevokedEntry& entry = entries[index];
    absl::StatusOr<RevokedPtr> made = MakeEntry(entry, !(entry.issuer == *issuer));
    if (!made.ok()) return PrefixField(absl::StrCat("entries[", index, "]"), made.status());
    if (X509_CRL_add0_revoked(crl, made->get()) != 1) return Internal();
    (void)made->release();
    issuer = &entry.issuer;
  }
  return absl::OkStatus();
}

absl::Status SetHead(const CrlContents& contents, const Certificate& signer, X509_CRL* crl) {
  const unsigned char* in = Octets(signer.subject().der());
  const crypto::X509NamePtr name(
      d2i_X509_NAME(nullptr, &in, static_cast<long>(signer.subject().der().size())));
  const Asn1TimePtr this_update = MakeTime(contents.this_update);
  const Asn1TimePtr next_update = MakeTime(contents.next_update);
  if (this_update == nullptr)
    return MakeError(Reason::kInvalidField, "this_update", "a time before year 10000");
  if (next_update == nullptr)
    return MakeError(Reason::kInvalidField, "next_update", "a time before year 10000");
  ExtensionList extensions;
  extensions.AddAuthorityKeyId(signer.subject_key_id());
  extensions.AddCrlNumber(contents.number);
  extensions.AddIndirectIssuingPoint(contents.distribution_url);
  if (!contents.signer_url.empty()) extensions.AddCaIssuers(contents.signer_url);
  STI_RETURN_IF_ERROR(extensions.status());
  bool done = X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
              X509_CRL_set_issuer_name(crl, name.get()) == 1 &&
              X509_CRL_set1_lastUpdate(crl, this_update.get()) == 1 &&
              X509_CRL_set1_nextUpdate(crl, next_update.get()) == 1;
  for (int i = 0; i < sk_X509_EXTENSION_num(extensions.get()); ++i) {
    done = done && X509_CRL_add_ext(crl, sk_X509_EXTENSION_value(extensions.get(), i), -1) == 1;
  }
  return done ? absl::OkStatus() : Internal();
}

}  // namespace

absl::StatusOr<std::string> BuildCrl(const CrlContents& contents, const Certificate& signer_certificate,
                                     const crypto::Signer& signer) {
  const absl::StatusOr<crypto::VerifyingKey> key = signer_certificate.Es256Key();
  if (!key.ok() || !(*key == signer.public_key())) {
    return MakeError(Reason::kKeyMismatch, "the key is not that of the CRL signer's certificate");
  }
  if (contents.number < 0) return MakeError(Reason::kInvalidField, "number", "zero or more");
  if (contents.next_update < contents.this_update) {
    return MakeError(Reason::kInvalidField, "next_update", "earlier than this_update");
  }
  const crypto::X509CrlPtr crl(X509_CRL_new());
  STI_RETURN_IF_ERROR(SetHead(contents, signer_certificate, crl.get()));
  STI_RETURN_IF_ERROR(AddEntries(contents.entries, signer_certificate.subject(), crl.get()));
  return SignStructure(crl.get(), X509_CRL_sign, i2d_re_X509_CRL_tbs, signer);
}

}  // namespace sti::pki
