// ConcludeHeader: the signer, E8 and E17 to E18.
#include "common/stir/passport_verifier.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/stir/check_list.h"
#include "common/stir/claim_constraint_check.h"
#include "common/stir/signer_scope.h"

namespace sti::stir {
namespace {

using Checks = std::vector<Check>;

// The download failed (E8), or what it brought is no chain (E17).
void FailWithoutChain(const absl::Status& error, Checks& checks) {
  const Reason reason = ReasonOf(error);
  switch (reason) {
    case Reason::kTooLarge:
    case Reason::kMalformedPem:
    case Reason::kMalformedDer:
    case Reason::kMalformedBase64:
    case Reason::kKeyInvalid:
      Fail(checks, CheckRow::kCertificateChain, Reason::kCertificateMalformed, error.message());
      break;
    case Reason::kDeadlineExceeded:
      Fail(checks, CheckRow::kCertificateDownload, Reason::kCertificateFetchTimeout, error.message());
      break;
    default:
      if (RowOf(reason).table_row == 17) {
        Fail(checks, CheckRow::kCertificateChain, reason, error.message());
      } else {
        Fail(checks, CheckRow::kCertificateDownload,
             RowOf(reason).table_row == 8 ? reason : Reason::kCertificateUnavailable, error.message());
      }
  }
  if (At(checks, CheckRow::kCertificateChain).outcome == CheckOutcome::kFailed) {
    Pass(checks, CheckRow::kCertificateDownload);
  }
}

SignerInfo DescribeSigner(const pki::Certificate& leaf, const codec::Url& url,
                          absl::string_view trust_domain) {
  SignerInfo signer;
  if (leaf.tn_auth_list()) {
    std::vector<std::string> spcs = leaf.tn_auth_list()->Spcs();
    if (!spcs.empty()) signer.spc = std::move(spcs.front());
  }
  signer.organization = leaf.organization();
  signer.issuer = leaf.issuer_text();
  signer.serial = leaf.serial();
  signer.x5u = url.text();
  signer.trust_domain = std::string(trust_domain);
  signer.delegate = IsDelegate(leaf);
  return signer;
}

// A row that a check of its own judges; whether it passed.
bool JudgeStatus(Checks& checks, CheckRow row, const absl::Status& status) {
  Judge(checks, row, status.ok(), ReasonOf(status), [&] { return status.message(); });
  return status.ok();
}

// E17: an untrusted key is not worth a signature check.
bool CheckChain(const SignerFindings& signer, Checks& checks) {
  if (!signer.chain_status.ok()) {
    const Reason reason = ReasonOf(signer.chain_status);
    Fail(checks, CheckRow::kCertificateChain,
         RowOf(reason).table_row == 17 ? reason : Reason::kCertificateUntrusted,
         signer.chain_status.message());
    return false;
  }
  Pass(checks, CheckRow::kCertificateChain);
  return true;
}

// A trusted signer may still not speak for this.
bool CheckScope(const pki::Certificate& leaf, const PassportClaims& claims, const SignerFindings& signer,
                Checks& checks) {
  if (!JudgeStatus(checks, CheckRow::kTnScope, CheckTnScope(leaf, claims))) return false;
  if (claims.type != PassportType::kRph) return true;
  return JudgeStatus(checks, CheckRow::kRphSigner, CheckRphSigner(leaf, signer.rph_signers));
}

// Whether the signer says that the number is the caller's or the diverting party's: attestation B and C do
// not, nor does rph, whose signer has authority over a namespace, nor third-party rcd.
bool ClaimsTheNumber(const PassportClaims& claims) {
  if (claims.type == PassportType::kShaken) return claims.attest == Attestation::kA;
  return claims.type != PassportType::kRph && !(claims.type == PassportType::kRcd && claims.rich.iss);
}

// The best answer for any of `spcs`, which is not empty: one of them suffices.
NumberAuthority::Answer AskForAny(const NumberAuthority& numbers, const TelephoneNumber& number,
                                  const std::vector<std::string>& spcs) {
  NumberAuthority::Answer answer = NumberAuthority::Answer::kUnknown;
  for (const std::string& spc : spcs) {
    answer = numbers.Ask(number, spc);
    if (answer != NumberAuthority::Answer::kOtherProvider) break;
  }
  return answer;
}

// Step V6: whether the STI-PA's list gives the number to the provider whose chain this is. A chain that names
// none was issued for the number itself.
void CheckNumberAuthority(const PassportClaims& claims, const SignerFindings& signer,
                          HeaderVerdict& verdict) {
  if (signer.number_mode == NumberAuthorityMode::kOff) return;
  const TelephoneNumber* number = NumberSpokenFor(claims);
  const std::vector<std::string> spcs = ProviderSpcs(**signer.chain);
  if (number == nullptr || spcs.empty()) return;
  Check& row = At(verdict.checks, CheckRow::kNumberAuthority);
  if (signer.numbers == nullptr) {
    row.detail = "there is no number authority list";
    return;
  }
  switch (AskForAny(*signer.numbers, *number, spcs)) {
    case NumberAuthority::Answer::kAssigned:
      row.outcome = CheckOutcome::kPassed;
      return;
    case NumberAuthority::Answer::kUnknown:
      row.detail = Printable(absl::StrCat(number->digits(), " is in no range of the number authority list"));
      return;
    case NumberAuthority::Answer::kOtherProvider:
      break;
  }
  const std::string text =
      absl::StrCat(number->digits(), " is another provider's, says the number authority list");
  if (signer.number_mode == NumberAuthorityMode::kEnforce && ClaimsTheNumber(claims)) {
    Fail(verdict.checks, CheckRow::kNumberAuthority, Reason::kNumberNotAuthorized, text);
  } else {
    row.detail = Printable(text);
    verdict.notes.push_back(text);
  }
}

bool CheckConstraints(const pki::Certificate& leaf, const codec::JsonValue& claims, Checks& checks) {
  if (leaf.claim_constraints()) {
    const absl::Status constraints = CheckClaimConstraints(*leaf.claim_constraints(), claims);
    if (!JudgeStatus(checks, CheckRow::kClaimConstraints, constraints)) return false;
  }
  Pass(checks, CheckRow::kClaimConstraints);
  return true;
}

void JudgeSignature(bool verified, Checks& checks) {
  Judge(checks, CheckRow::kSignature, verified, Reason::kSignatureInvalid, [] { return ""; });
}

// A compact form is what its signature says it is, so that comes first here; scope and constraints are judged
// by the claims that were found.
void CheckCompactSigner(const ExaminedPassport& passport, const pki::Certificate& leaf,
                        const crypto::VerifyingKey& key, const SignerFindings& signer,
                        HeaderVerdict& verdict) {
  for (const CompactCandidate& candidate : passport.candidates) {
    if (!key.Verify(candidate.signing_input, passport.compact_signature)) continue;
    const absl::StatusOr<codec::JsonValue> json =
        codec::ParseJson(SerializeClaims(candidate.claims), limits::kPassport);
    if (!json.ok()) break;
    verdict.claims = std::make_shared<const PassportClaims>(candidate.claims);
    if (!CheckScope(leaf, candidate.claims, signer, verdict.checks)) return;
    if (!CheckConstraints(leaf, *json, verdict.checks)) return;
    JudgeSignature(true, verdict.checks);
    CheckNumberAuthority(candidate.claims, signer, verdict);
    return;
  }
  JudgeSignature(false, verdict.checks);
}

void CheckSigner(const ExaminedPassport& passport, const pki::Certificate& leaf, const SignerFindings& signer,
                 HeaderVerdict& verdict) {
  Checks& checks = verdict.checks;
  if (!CheckChain(signer, checks)) return;
  const absl::StatusOr<crypto::VerifyingKey> key = leaf.Es256Key();
  if (!key.ok()) {
    Fail(checks, CheckRow::kCertificateChain, Reason::kCertificateKeyUnsupported, key.status().message());
    return;
  }
  if (passport.compact) return CheckCompactSigner(passport, leaf, *key, signer, verdict);
  const PassportClaims& claims = *passport.verdict.claims;
  const SealedPassport& token = *passport.verdict.passport;
  if (!CheckScope(leaf, claims, signer, checks)) return;
  if (!CheckConstraints(leaf, token.claims(), checks)) return;
  const bool verified = key->Verify(token.signing_input(), token.signature());
  JudgeSignature(verified, checks);
  if (verified) CheckNumberAuthority(claims, signer, verdict);
}

}  // namespace

void Settle(HeaderVerdict& verdict, RowSet required) {
  const Reason failure = FirstFailure(verdict.checks);
  // Nothing passes by omission.
  verdict.reason =
      failure == Reason::kNone && !AllPassed(verdict.checks, required) ? Reason::kInternal : failure;
  if (verdict.passed()) {
    verdict.attestation = verdict.claims->attest;
    verdict.origid = verdict.claims->origid;
  } else {
    verdict.attestation = Attestation::kNone;
    verdict.origid.clear();
  }
}

HeaderVerdict ConcludeHeader(const CallExamination& call, size_t i, const SignerFindings& signer) {
  const ExaminedPassport& passport = call.passports_[i];
  HeaderVerdict verdict = passport.verdict;
  if (!passport.needs_chain) return verdict;
  if (signer.chain == nullptr) {
    FailWithoutChain(MakeError(Reason::kCertificateUnavailable, "not asked for"), verdict.checks);
  } else if (signer.chain->ok()) {
    const pki::Certificate& leaf = (*signer.chain)->leaf();
    Pass(verdict.checks, CheckRow::kCertificateDownload);
    verdict.signer = DescribeSigner(leaf, *passport.url, signer.trust_domain);
    verdict.notes.insert(verdict.notes.end(), signer.notes.begin(), signer.notes.end());
    CheckSigner(passport, leaf, signer, verdict);
  } else {
    FailWithoutChain(signer.chain->status(), verdict.checks);
  }
  Settle(verdict, passport.required);
  return verdict;
}

void FailAsReplay(HeaderVerdict& verdict) {
  Fail(verdict.checks, CheckRow::kReplay, Reason::kReplaySuspected, "seen in another call");
  verdict.replay_suspected = true;
  Settle(verdict, 0);
}

}  // namespace sti::stir
