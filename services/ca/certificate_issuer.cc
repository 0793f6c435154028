#include "services/ca/certificate_issuer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/digest.h"
#include "common/pki/chain_verifier.h"
#include "services/ca/acme_account_records.h"
#include "services/ca/ca_schema.h"
#include "services/ca/revocation_records.h"

namespace sti::ca {
namespace {

absl::StatusOr<pki::Csr> ParseCsr(const IssueRequest& request) {
  if (request.csr.empty())
    return MakeError(Reason::kMissingField, "csr", "a PKCS#10 request in DER is needed");
  if (request.spc_token.empty())
    return MakeError(Reason::kMissingField, "spc_token", "an SPC token is needed");
  absl::StatusOr<pki::Csr> csr = pki::Csr::ParseDer(request.csr);
  if (!csr.ok()) return MakeError(ReasonOf(csr.status()), "csr", csr.status().message());
  return csr;
}

absl::Status Broken(absl::string_view what) {
  return MakeError(Reason::kInternal,
                   absl::StrCat("the certificate just signed is not what was wanted: ", what));
}

}  // namespace

std::string RepositoryPath(absl::string_view serial) { return absl::StrCat("/certs/", serial, ".pem"); }

CertificateIssuer::CertificateIssuer(store::Database& database, const IssuingAuthority& authority,
                                     const TokenVerifier& tokens, CertificateProfile profile,
                                     IssuingLimits limits, const Clock& clock, const Random& random)
    : database_(database),
      authority_(authority),
      tokens_(tokens),
      profile_(std::move(profile)),
      limits_(limits),
      clock_(clock),
      random_(random) {}

absl::Status CertificateIssuer::CheckKeyIsForeign(const pki::Csr& csr) const {
  for (const pki::Certificate* own : {&authority_.issuing, &authority_.root, &authority_.pa_root}) {
    const absl::StatusOr<crypto::VerifyingKey> key = own->Es256Key();
    if (key.ok() && *key == csr.public_key) {
      return MakeError(Reason::kKeyInvalid, "csr",
                       absl::StrCat("the key is that of ", own->subject().Text()));
    }
  }
  return absl::OkStatus();
}

// A second opinion from the parser and the verifier, before anybody sees the certificate.
absl::Status CertificateIssuer::CheckOwnWork(const pki::CertificateChain& chain,
                                             const pki::CertificateTemplate& contents) const {
  const pki::Certificate& leaf = chain.leaf();
  const absl::StatusOr<crypto::VerifyingKey> key = leaf.Es256Key();
  if (!key.ok() || !(*key == *contents.public_key)) return Broken("another key");
  if (leaf.serial() != contents.serial_hex) return Broken("another serial");
  if (!(leaf.subject() == *contents.subject)) return Broken("another subject");
  if (!leaf.tn_auth_list() || leaf.tn_auth_list()->der() != contents.tn_auth_list->der()) {
    return Broken("another TNAuthList");
  }
  const absl::Status verified = pki::VerifyChain(chain, pki::TrustAnchors({authority_.root}), nullptr,
                                                 pki::ChainPolicy{pki::LeafRole::kShakenSigner},
                                                 std::max(clock_.TimeNow(), leaf.not_before()));
  return verified.ok() ? absl::OkStatus() : Broken(ReasonName(ReasonOf(verified)));
}

absl::StatusOr<PreparedCertificate> CertificateIssuer::Prepare(const pki::Csr& csr, bool token_is_for_ca,
                                                               const RequestedValidity& validity,
                                                               absl::Time as_of) const {
  const absl::Time now = clock_.TimeNow();
  if (!authority_.IsValidAt(now))
    return MakeError(Reason::kNotReady, "the CA's own certificate is not valid now");
  PreparedCertificate prepared;
  STI_ASSIGN_OR_RETURN(prepared.spc, RequestedSpc(csr));
  STI_RETURN_IF_ERROR(PrefixField("spc_token", CheckCaFlag(token_is_for_ca, csr.asks_for_ca)));
  if (csr.asks_for_ca) {
    return MakeError(Reason::kCsrInvalid, "csr",
                     "asks for a CA certificate; this CA issues to end entities only");
  }
  STI_RETURN_IF_ERROR(CheckKeyIsForeign(csr));
  STI_ASSIGN_OR_RETURN(pki::DistinguishedName subject, SubjectFor(csr, prepared.spc, profile_));
  STI_ASSIGN_OR_RETURN(const pki::Validity chosen,
                       ChooseValidity(validity, profile_, authority_.issuing, as_of));
  if (chosen.not_after <= now) return MakeError(Reason::kInvalidField, "not_after", "has passed already");
  prepared.contents = ProfiledTemplate(csr, std::move(subject), chosen, profile_);
  STI_ASSIGN_OR_RETURN(prepared.contents.serial_hex, pki::MakeSerial(random_));
  return prepared;
}

absl::Status CertificateIssuer::CheckLimits(store::Transaction& transaction, const std::string& spc) const {
  if (limits_.certificates_per_day == 0) return absl::OkStatus();
  constexpr absl::Duration kDay = absl::Hours(24);
  const absl::Time now = clock_.TimeNow();
  STI_ASSIGN_OR_RETURN(const ReservedCount issued, CountReserved(transaction, spc, now - kDay));
  if (issued.count < limits_.certificates_per_day) return absl::OkStatus();
  return acme::RefuseForNow(
      absl::StrCat("SPC ", spc, " has had ", issued.count, " certificates within a day"),
      std::max(issued.oldest + kDay - now, absl::Seconds(1)));
}

absl::Status CertificateIssuer::Reserve(store::Transaction& transaction, const PreparedCertificate& prepared,
                                        Try which) const {
  const crypto::VerifyingKey& key = *prepared.contents.public_key;
  const bool first = which == Try::kFirst;
  if (first) STI_RETURN_IF_ERROR(CheckLimits(transaction, prepared.spc));
  STI_ASSIGN_OR_RETURN(const std::optional<KeyOwner> owner, FindKeyOwner(transaction, KeyHash(key)));
  // RFC 8555 s11.1.
  if (owner) return MakeError(Reason::kKeyInvalid, "csr", "the key is that of an ACME account");
  STI_ASSIGN_OR_RETURN(const bool compromised, IsCompromised(transaction, KeyHash(key)));
  if (compromised) return MakeError(Reason::kKeyInvalid, "csr", "the key has been reported compromised");
  STI_RETURN_IF_ERROR(BindKey(transaction, crypto::Sha256(key.Spki()), prepared.spc));
  return ReserveSerial(transaction, prepared.contents.serial_hex, first ? prepared.spc : std::string(),
                       clock_.TimeNow());
}

absl::StatusOr<CertificateRecord> CertificateIssuer::Sign(const PreparedCertificate& prepared,
                                                          absl::string_view requested_by,
                                                          absl::string_view token_jti) const {
  STI_ASSIGN_OR_RETURN(const pki::Certificate built,
                       pki::IssueCertificate(prepared.contents, authority_.issuing, *authority_.key));
  STI_ASSIGN_OR_RETURN(pki::Certificate leaf, pki::Certificate::ParseDer(built.der()));
  STI_ASSIGN_OR_RETURN(const pki::CertificateChain chain,
                       pki::CertificateChain::FromCertificates({leaf, authority_.issuing}));
  STI_RETURN_IF_ERROR(CheckOwnWork(chain, prepared.contents));
  return CertificateRecord{leaf.serial(),
                           prepared.spc,
                           leaf.subject().Text(),
                           leaf.not_before(),
                           leaf.not_after(),
                           RepositoryPath(leaf.serial()),
                           std::string(requested_by),
                           std::string(token_jti),
                           WholeSeconds(clock_.TimeNow()),
                           chain.Pem()};
}

absl::StatusOr<CertificateRecord> CertificateIssuer::Issue(const IssueRequest& request) const {
  const absl::Time now = clock_.TimeNow();
  if (!authority_.IsValidAt(now))
    return MakeError(Reason::kNotReady, "the CA's own certificate is not valid now");
  STI_ASSIGN_OR_RETURN(const pki::Csr csr, ParseCsr(request));
  STI_RETURN_IF_ERROR(RequestedSpc(csr).status());
  // Here nobody but the holder of the certified key asks, so the token is bound to that one.
  const absl::StatusOr<stir::SpcTokenClaims> token =
      tokens_.Verify(request.spc_token, *csr.tn_auth_list, csr.public_key, now);
  if (!token.ok()) return PrefixField("spc_token", token.status());
  STI_ASSIGN_OR_RETURN(const PreparedCertificate prepared, Prepare(csr, token->ca, request.validity, now));
  const absl::Status written = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(ConsumeToken(transaction, token->jti, token->expires, now));
    return Reserve(transaction, prepared, Try::kFirst);
  });
  STI_RETURN_IF_ERROR(written);
  STI_ASSIGN_OR_RETURN(const CertificateRecord record, Sign(prepared, request.client_identity, token->jti));
  STI_RETURN_IF_ERROR(database_.Write(
      [&](store::Transaction& transaction) { return InsertCertificate(transaction, record); }));
  return record;
}

}  // namespace sti::ca
