#include "common/stir/passport_verifier.h"

#include <utility>

#include "common/base/reason.h"
#include "common/stir/check_list.h"
#include "common/stir/claim_constraint_check.h"

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
  if (checks[static_cast<size_t>(CheckRow::kCertificateChain)].outcome == CheckOutcome::kFailed) {
    Pass(checks, CheckRow::kCertificateDownload);
  }
}

SignerInfo DescribeSigner(const pki::Certificate& leaf, const codec::Url& url) {
  SignerInfo signer;
  if (leaf.tn_auth_list()) {
    std::vector<std::string> spcs = leaf.tn_auth_list()->Spcs();
    if (!spcs.empty()) signer.spc = std::move(spcs.front());
  }
  signer.organization = leaf.organization();
  signer.issuer = leaf.issuer_text();
  signer.serial = leaf.serial();
  signer.x5u = url.text();
  return signer;
}

// E17 and E18, one after the other: an untrusted key is not worth a signature check.
void CheckCertificateAndSignature(const pki::Certificate& leaf, const absl::Status& chain_status,
                                  const SealedPassport& passport, Checks& checks) {
  if (!chain_status.ok()) {
    const Reason reason = ReasonOf(chain_status);
    Fail(checks, CheckRow::kCertificateChain,
         RowOf(reason).table_row == 17 ? reason : Reason::kCertificateUntrusted, chain_status.message());
    return;
  }
  const absl::StatusOr<crypto::VerifyingKey> key = leaf.Es256Key();
  if (!key.ok()) {
    Fail(checks, CheckRow::kCertificateChain, Reason::kCertificateKeyUnsupported, key.status().message());
    return;
  }
  Pass(checks, CheckRow::kCertificateChain);
  if (leaf.claim_constraints()) {
    const absl::Status constraints = CheckClaimConstraints(*leaf.claim_constraints(), passport.claims());
    if (!constraints.ok()) {
      Fail(checks, CheckRow::kClaimConstraints, Reason::kClaimConstraintsViolated, constraints.message());
      return;
    }
  }
  Pass(checks, CheckRow::kClaimConstraints);
  Judge(checks, CheckRow::kSignature, key->Verify(passport.signing_input(), passport.signature()),
        Reason::kSignatureInvalid, [] { return ""; });
}

}  // namespace

HeaderVerdict Conclude(const Examination& examination, const absl::StatusOr<pki::CertificateChain>& chain,
                       const absl::Status& chain_status) {
  HeaderVerdict verdict = examination.verdict_;
  if (!examination.needs_chain_) return verdict;
  if (chain.ok()) {
    Pass(verdict.checks, CheckRow::kCertificateDownload);
    verdict.signer = DescribeSigner(chain->leaf(), *examination.url_);
    CheckCertificateAndSignature(chain->leaf(), chain_status, *examination.passport_, verdict.checks);
  } else {
    FailWithoutChain(chain.status(), verdict.checks);
  }
  const Reason failure = FirstFailure(verdict.checks);
  // Nothing passes by omission.
  verdict.reason = failure == Reason::kNone && !AllPassed(verdict.checks) ? Reason::kInternal : failure;
  if (verdict.passed()) {
    verdict.attestation = examination.claims_->attest;
    verdict.origid = examination.claims_->origid;
  }
  return verdict;
}

}  // namespace sti::stir
