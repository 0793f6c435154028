#include "services/ca/certificate_issuer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/digest.h"
#include "common/jose/jwk.h"
#include "common/pki/chain_verifier.h"
#include "common/stir/spc_token.h"
#include "services/ca/ca_schema.h"

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
                                     CertificateProfile profile, const Clock& clock, const Random& random)
    : database_(database),
      authority_(authority),
      profile_(std::move(profile)),
      clock_(clock),
      random_(random) {}

absl::Status CertificateIssuer::CheckToken(const IssueRequest& request, const pki::Csr& csr, absl::Time now,
                                           std::string& jti, absl::Time& expires) const {
  const absl::StatusOr<stir::VerifiedSpcToken> token =
      stir::VerifiedSpcToken::Verify(request.spc_token, authority_.pa_root, nullptr, now);
  if (!token.ok()) return PrefixField("spc_token", token.status());
  const absl::Status judged =
      stir::JudgeSpcToken(*token, *csr.tn_auth_list, jose::Fingerprint(csr.public_key), csr.asks_for_ca);
  if (!judged.ok()) return PrefixField("spc_token", judged);
  jti = token->claims().jti;
  expires = token->claims().expires;
  return absl::OkStatus();
}

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

absl::StatusOr<CertificateRecord> CertificateIssuer::Issue(const IssueRequest& request) const {
  const absl::Time now = clock_.TimeNow();
  if (!authority_.IsValidAt(now))
    return MakeError(Reason::kNotReady, "the CA's own certificate is not valid now");
  STI_ASSIGN_OR_RETURN(const pki::Csr csr, ParseCsr(request));
  STI_ASSIGN_OR_RETURN(const std::string spc, RequestedSpc(csr));
  std::string jti;
  absl::Time token_expires;
  STI_RETURN_IF_ERROR(CheckToken(request, csr, now, jti, token_expires));
  if (csr.asks_for_ca) {
    return MakeError(Reason::kCsrInvalid, "csr",
                     "asks for a CA certificate; this CA issues to end entities only");
  }
  STI_RETURN_IF_ERROR(CheckKeyIsForeign(csr));
  STI_ASSIGN_OR_RETURN(pki::DistinguishedName subject, SubjectFor(csr, spc, profile_));
  STI_ASSIGN_OR_RETURN(const pki::Validity validity,
                       ChooseValidity(request.validity, profile_, authority_.issuing, now));
  pki::CertificateTemplate contents = ProfiledTemplate(csr, std::move(subject), validity, profile_);
  STI_ASSIGN_OR_RETURN(contents.serial_hex, pki::MakeSerial(random_));

  const absl::Status reserved = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(ConsumeToken(transaction, jti, token_expires, now));
    STI_RETURN_IF_ERROR(BindKey(transaction, crypto::Sha256(csr.public_key.Spki()), spc));
    return ReserveSerial(transaction, contents.serial_hex, now);
  });
  STI_RETURN_IF_ERROR(reserved);

  STI_ASSIGN_OR_RETURN(const pki::Certificate built,
                       pki::IssueCertificate(contents, authority_.issuing, *authority_.key));
  STI_ASSIGN_OR_RETURN(pki::Certificate leaf, pki::Certificate::ParseDer(built.der()));
  STI_ASSIGN_OR_RETURN(const pki::CertificateChain chain,
                       pki::CertificateChain::FromCertificates({leaf, authority_.issuing}));
  STI_RETURN_IF_ERROR(CheckOwnWork(chain, contents));

  const CertificateRecord record{leaf.serial(),           spc,
                                 leaf.subject().Text(),   leaf.not_before(),
                                 leaf.not_after(),        RepositoryPath(leaf.serial()),
                                 request.client_identity, jti,
                                 WholeSeconds(now),       chain.Pem()};
  STI_RETURN_IF_ERROR(database_.Write(
      [&](store::Transaction& transaction) { return InsertCertificate(transaction, record); }));
  return record;
}

}  // namespace sti::ca
