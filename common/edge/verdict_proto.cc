#include "common/edge/verdict_proto.h"

#include <string>

#include "common/base/reason.h"

namespace sti::edge {
namespace {

sti::v1::Check::Outcome ToProto(stir::CheckOutcome outcome) {
  switch (outcome) {
    case stir::CheckOutcome::kPassed:
      return sti::v1::Check::OUTCOME_PASSED;
    case stir::CheckOutcome::kFailed:
      return sti::v1::Check::OUTCOME_FAILED;
    case stir::CheckOutcome::kSkipped:
      break;
  }
  return sti::v1::Check::OUTCOME_SKIPPED;
}

void Fill(const stir::SignerInfo& from, sti::v1::Signer& to) {
  to.set_spc(from.spc);
  to.set_organization(from.organization);
  to.set_issuer(from.issuer);
  to.set_serial(from.serial);
  to.set_x5u(from.x5u);
}

// The outcome fields that a verdict and each of its rows share.
template <typename Message>
void FillOutcome(Reason reason, Verstat verstat, Message& to) {
  const ReasonRow& row = RowOf(reason);
  to.set_verstat(std::string(VerstatText(verstat)));
  to.set_sip_code(row.sip_code);
  to.set_sip_phrase(row.sip_phrase);
  to.set_reason(row.name);
  to.set_reason_text(row.public_text);
}

void Fill(const stir::HeaderVerdict& from, sti::v1::HeaderVerdict& to) {
  to.set_ppt(from.ppt);
  FillOutcome(from.reason, from.passed() ? Verstat::kTnValidationPassed : RowOf(from.reason).verstat, to);
  if (!from.signer.serial.empty()) Fill(from.signer, *to.mutable_signer());
  for (const stir::Check& check : from.checks) {
    sti::v1::Check* row = to.add_checks();
    row->set_name(check.name);
    row->set_outcome(ToProto(check.outcome));
    if (check.reason != Reason::kNone) row->set_reason(RowOf(check.reason).name);
    row->set_detail(check.detail);
  }
  to.set_certificate_cached(from.certificate_cached);
}

}  // namespace

sti::v1::Attestation ToProto(stir::Attestation attestation) {
  switch (attestation) {
    case stir::Attestation::kA:
      return sti::v1::ATTESTATION_A;
    case stir::Attestation::kB:
      return sti::v1::ATTESTATION_B;
    case stir::Attestation::kC:
      return sti::v1::ATTESTATION_C;
    case stir::Attestation::kNone:
      break;
  }
  return sti::v1::ATTESTATION_UNSPECIFIED;
}

sti::v1::VerifyResponse ToProto(const stir::CallVerdict& verdict) {
  sti::v1::VerifyResponse response;
  FillOutcome(verdict.reason, verdict.verstat, response);
  response.set_attestation(ToProto(verdict.attestation));
  response.set_origid(verdict.origid);
  if (!verdict.signer.serial.empty()) Fill(verdict.signer, *response.mutable_signer());
  for (const stir::HeaderVerdict& header : verdict.headers) Fill(header, *response.add_headers());
  return response;
}

}  // namespace sti::edge
