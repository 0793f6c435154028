#include "services/ca/certificate_issuer.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/digest.h"
#include "common/daemon/log.h"
#include "common/pki/chain_verifier.h"
#include "common/pki/tn_auth_list.h"
#include "common/store/audit_log.h"
#include "services/ca/acme_account_records.h"
#include "services/ca/ca_audit.h"
#include "services/ca/ca_schema.h"
#include "services/ca/issuing_policy.h"
#include "services/ca/limit_records.h"
#include "services/ca/revocation_records.h"

namespace sti::ca {
namespace {

absl::StatusOr<pki::Csr> ParseCsr(const std::string& der) {
  if (der.empty()) return MakeError(Reason::kMissingField, "csr", "a PKCS#10 request in DER is needed");
  absl::StatusOr<pki::Csr> csr = pki::Csr::ParseDer(der);
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
                                     IssuingLimits limits, const Clock& clock, const Random& random,
                                     IssuingObserver* observer)
    : database_(database),
      authority_(authority),
      tokens_(tokens),
      profile_(std::move(profile)),
      rehearsal_(profile_),
      limits_(limits),
      clock_(clock),
      random_(random),
      observer_(observer) {}

absl::Status CertificateIssuer::CheckReady(absl::Time now) const {
  if (authority_.IsValidAt(now)) return absl::OkStatus();
  return MakeError(Reason::kNotReady, "the CA's own certificate is not valid now");
}

absl::Status CertificateIssuer::CheckKeyIsForeign(const pki::Csr& csr) const {
  for (const pki::Certificate& own : authority_.Own()) {
    const absl::StatusOr<crypto::VerifyingKey> key = own.Es256Key();
    if (key.ok() && *key == csr.public_key) {
      return MakeError(Reason::kKeyInvalid, "csr", absl::StrCat("the key is that of ", own.subject().Text()));
    }
  }
  return absl::OkStatus();
}

// What the chain verifier says of a signer's chain; a CA's is what the path of a signer below it would be.
absl::Status CertificateIssuer::CheckOwnPath(const pki::CertificateChain& chain,
                                             const PreparedCertificate& prepared) const {
  const pki::Certificate& leaf = chain.leaf();
  if (RowOf(prepared.kind).is_ca) {
    const bool fits = leaf.is_ca() && leaf.may_sign_certificates() &&
                      leaf.issuer() == authority_.issuing.subject() &&
                      leaf.authority_key_id() == authority_.issuing.subject_key_id();
    return fits ? absl::OkStatus() : Broken("a CA that cannot issue");
  }
  const absl::Status verified = pki::VerifyChain(chain, pki::TrustAnchors({authority_.root}), nullptr,
                                                 pki::ChainPolicy{pki::LeafRole::kShakenSigner},
                                                 std::max(clock_.TimeNow(), leaf.not_before()));
  return verified.ok() ? absl::OkStatus() : Broken(ReasonName(ReasonOf(verified)));
}

// A second opinion from the parser and the verifier, before anybody sees the certificate.
absl::Status CertificateIssuer::CheckOwnWork(const pki::CertificateChain& chain,
                                             const PreparedCertificate& prepared) const {
  const pki::CertificateTemplate& contents = prepared.contents;
  const pki::Certificate& leaf = chain.leaf();
  const absl::StatusOr<crypto::VerifyingKey> key = leaf.Es256Key();
  if (!key.ok() || !(*key == *contents.public_key)) return Broken("another key");
  if (leaf.serial() != contents.serial_hex) return Broken("another serial");
  if (!(leaf.subject() == *contents.subject)) return Broken("another subject");
  if (!leaf.tn_auth_list() || leaf.tn_auth_list()->der() != contents.tn_auth_list->der()) {
    return Broken("another TNAuthList");
  }
  if (!leaf.IsSignedBy(authority_.issuing)) return Broken("a signature that does not verify");
  return CheckOwnPath(chain, prepared);
}

absl::StatusOr<std::string> CertificateIssuer::VettedOrganization(const std::string& spc,
                                                                  absl::string_view account) const {
  std::string name;
  STI_RETURN_IF_ERROR(database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(name, FindVettedOrganization(transaction, spc, account));
    return absl::OkStatus();
  }));
  STI_RETURN_IF_ERROR(CheckVetted(profile_, spc, name));
  return name;
}

absl::Status CertificateIssuer::Fill(const pki::Csr& csr, pki::DistinguishedName subject,
                                     const RequestedValidity& validity, absl::Time as_of,
                                     PreparedCertificate& prepared) const {
  STI_ASSIGN_OR_RETURN(const pki::Validity chosen,
                       ChooseValidity(validity, profile_, authority_.issuing, as_of));
  if (chosen.not_after <= clock_.TimeNow())
    return MakeError(Reason::kInvalidField, "not_after", "has passed already");
  prepared.contents = ProfiledTemplate(prepared.kind, csr, std::move(subject), chosen, profile_);
  STI_ASSIGN_OR_RETURN(prepared.contents.serial_hex, pki::MakeSerial(random_));
  // Before a token is used up and a serial reserved; once more right before the signature.
  return Rehearse(prepared).status();
}

absl::StatusOr<PreparedCertificate> CertificateIssuer::Prepare(const pki::Csr& csr, bool token_is_for_ca,
                                                               const RequestedValidity& validity,
                                                               absl::Time as_of,
                                                               absl::string_view account) const {
  STI_RETURN_IF_ERROR(CheckReady(clock_.TimeNow()));
  PreparedCertificate prepared;
  STI_ASSIGN_OR_RETURN(prepared.spc, RequestedSpc(csr));
  STI_RETURN_IF_ERROR(PrefixField("spc_token", CheckCaFlag(token_is_for_ca, csr.asks_for_ca)));
  STI_ASSIGN_OR_RETURN(prepared.kind, ChooseKind(csr.asks_for_ca, profile_));
  STI_RETURN_IF_ERROR(CheckScope(authority_, *csr.tn_auth_list));
  STI_RETURN_IF_ERROR(CheckKeyIsForeign(csr));
  STI_ASSIGN_OR_RETURN(const std::string vetted, VettedOrganization(prepared.spc, account));
  STI_ASSIGN_OR_RETURN(pki::DistinguishedName subject,
                       SubjectFor(prepared.kind, prepared.spc, vetted, profile_));
  STI_RETURN_IF_ERROR(Fill(csr, std::move(subject), validity, as_of, prepared));
  return prepared;
}

absl::StatusOr<PreparedCertificate> CertificateIssuer::PrepareDelegate(const DelegateRequest& request) const {
  const absl::Time now = clock_.TimeNow();
  STI_RETURN_IF_ERROR(CheckReady(now));
  if (profile_.offered.count(ProfileKind::kDelegate) == 0 || !authority_.issuing.tn_auth_list()) {
    return MakeError(Reason::kCsrInvalid, "csr", "this CA issues to no delegates (profiles: delegate)");
  }
  STI_ASSIGN_OR_RETURN(const pki::Csr csr, ParseCsr(request.csr));
  if (csr.asks_for_ca) return MakeError(Reason::kCsrInvalid, "csr", "asks for a CA; a delegate is none");
  if (!csr.tn_auth_list) return MakeError(Reason::kCsrInvalid, "csr", "has no TNAuthList");
  STI_RETURN_IF_ERROR(CheckScope(authority_, *csr.tn_auth_list));
  if (request.organization.empty())
    return MakeError(Reason::kMissingField, "organization", "how is the delegate called?");
  STI_RETURN_IF_ERROR(CheckKeyIsForeign(csr));
  PreparedCertificate prepared;
  prepared.kind = ProfileKind::kDelegate;
  const std::vector<std::string> spcs = authority_.issuing.tn_auth_list()->Spcs();
  if (!spcs.empty()) prepared.spc = spcs.front();
  STI_ASSIGN_OR_RETURN(pki::DistinguishedName subject,
                       SubjectFor(prepared.kind, prepared.spc, request.organization, profile_));
  STI_RETURN_IF_ERROR(Fill(csr, std::move(subject), request.validity, now, prepared));
  return prepared;
}

absl::StatusOr<pki::Certificate> CertificateIssuer::Rehearse(const PreparedCertificate& prepared) const {
  absl::StatusOr<pki::Certificate> made =
      rehearsal_.Judge(prepared.kind, prepared.contents, authority_.issuing);
  if (ReasonOf(made.status()) == Reason::kInternal) {
    daemon::LogError(
        "nothing was issued",
        {{"profile", RowOf(prepared.kind).name}, {"spc", prepared.spc}, {"detail", made.status().message()}});
  }
  return made;
}

absl::Status CertificateIssuer::CheckLimits(store::Transaction& transaction, const std::string& spc) const {
  // A delegate's, for numbers under a CA that has no SPC either: nobody's limit.
  if (spc.empty()) return absl::OkStatus();
  STI_ASSIGN_OR_RETURN(const int64_t limit, LimitFor(transaction, absl::StrCat("spc/", spc),
                                                     kCertificatesPerDay, limits_.certificates_per_day));
  if (limit == 0) return absl::OkStatus();
  constexpr absl::Duration kDay = absl::Hours(24);
  const absl::Time now = clock_.TimeNow();
  STI_ASSIGN_OR_RETURN(const ReservedCount issued, CountReserved(transaction, spc, now - kDay));
  if (issued.count < limit) return absl::OkStatus();
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
  STI_ASSIGN_OR_RETURN(const pki::Certificate rehearsed, Rehearse(prepared));
  STI_ASSIGN_OR_RETURN(const pki::Certificate built,
                       pki::IssueCertificate(prepared.contents, authority_.issuing, *authority_.key));
  if (pki::TbsOf(built) != pki::TbsOf(rehearsed)) return Broken("not what was rehearsed");
  STI_ASSIGN_OR_RETURN(pki::Certificate leaf, pki::Certificate::ParseDer(built.der()));
  std::vector<pki::Certificate> certificates = {leaf, authority_.issuing};
  certificates.insert(certificates.end(), authority_.above.begin(), authority_.above.end());
  STI_ASSIGN_OR_RETURN(const pki::CertificateChain chain,
                       pki::CertificateChain::FromCertificates(std::move(certificates)));
  STI_RETURN_IF_ERROR(CheckOwnWork(chain, prepared));
  return CertificateRecord{leaf.serial(),
                           prepared.spc,
                           leaf.subject().Text(),
                           leaf.not_before(),
                           leaf.not_after(),
                           RepositoryPath(leaf.serial()),
                           std::string(requested_by),
                           std::string(token_jti),
                           WholeSeconds(clock_.TimeNow()),
                           chain.Pem(),
                           tokens_.reuse() == TokenReuse::kUntilExpiry};
}

absl::StatusOr<CertificateRecord> CertificateIssuer::Finish(const PreparedCertificate& prepared,
                                                            const Actor& actor,
                                                            absl::string_view token_jti) const {
  absl::StatusOr<CertificateRecord> record = Sign(prepared, actor.client, token_jti);
  absl::Status done = record.status();
  if (done.ok()) {
    done = database_.Write([&](store::Transaction& transaction) -> absl::Status {
      STI_RETURN_IF_ERROR(InsertCertificate(transaction, *record));
      return store::AppendAudit(transaction, actor, IssuedEvent(*record), clock_.TimeNow());
    });
  }
  if (done.ok()) return record;
  // Nobody comes back for this serial.
  const absl::Status noted = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(ReleaseReservation(transaction, prepared.contents.serial_hex));
    return NoteFailure(transaction, actor, prepared, done);
  });
  if (!noted.ok()) daemon::LogError("the audit lacks a failure", {{"detail", noted.message()}});
  return done;
}

absl::Status CertificateIssuer::NoteFailure(store::Transaction& transaction, const Actor& actor,
                                            const PreparedCertificate& prepared,
                                            const absl::Status& why) const {
  store::AuditEvent event;
  event.action = "certificate.issue";
  event.object = absl::StrCat("certificate/", prepared.contents.serial_hex);
  if (!prepared.spc.empty()) event.spcs = {prepared.spc};
  event.outcome = std::string(ReasonName(ReasonOf(why)));
  return store::AppendAudit(transaction, actor, event, clock_.TimeNow());
}

void CertificateIssuer::Tell(const absl::Status& outcome, IssuedVia via) const {
  if (observer_ == nullptr) return;
  if (outcome.ok()) return observer_->Issued(via);
  observer_->Refused(outcome);
}

absl::StatusOr<CertificateRecord> CertificateIssuer::Issue(const IssueRequest& request) const {
  absl::StatusOr<CertificateRecord> issued = TryIssue(request);
  Tell(issued.status(), IssuedVia::kGrpc);
  return issued;
}

absl::StatusOr<CertificateRecord> CertificateIssuer::IssueDelegate(const DelegateRequest& request) const {
  absl::StatusOr<CertificateRecord> issued = TryIssueDelegate(request);
  Tell(issued.status(), IssuedVia::kDelegate);
  return issued;
}

absl::StatusOr<CertificateRecord> CertificateIssuer::TryIssue(const IssueRequest& request) const {
  const absl::Time now = clock_.TimeNow();
  STI_RETURN_IF_ERROR(CheckReady(now));
  if (!request.csr.empty() && request.spc_token.empty())
    return MakeError(Reason::kMissingField, "spc_token", "an SPC token is needed");
  STI_ASSIGN_OR_RETURN(const pki::Csr csr, ParseCsr(request.csr));
  STI_RETURN_IF_ERROR(RequestedSpc(csr).status());
  // Here nobody but the holder of the certified key asks, so the token is bound to that one.
  const absl::StatusOr<stir::SpcTokenClaims> token =
      tokens_.Verify(request.spc_token, *csr.tn_auth_list, csr.public_key, now);
  if (!token.ok()) return PrefixField("spc_token", token.status());
  STI_ASSIGN_OR_RETURN(const PreparedCertificate prepared,
                       Prepare(csr, token->ca, request.validity, now, /*account=*/""));
  const absl::Status written = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(ConsumeToken(transaction, {token->jti, token->expires}, tokens_.reuse(), now));
    return Reserve(transaction, prepared, Try::kFirst);
  });
  STI_RETURN_IF_ERROR(written);
  return Finish(prepared, request.actor, token->jti);
}

absl::StatusOr<CertificateRecord> CertificateIssuer::TryIssueDelegate(const DelegateRequest& request) const {
  STI_ASSIGN_OR_RETURN(const PreparedCertificate prepared, PrepareDelegate(request));
  STI_RETURN_IF_ERROR(database_.Write(
      [&](store::Transaction& transaction) { return Reserve(transaction, prepared, Try::kFirst); }));
  return Finish(prepared, request.actor, absl::StrCat(kNoToken, prepared.contents.serial_hex));
}

}  // namespace sti::ca
