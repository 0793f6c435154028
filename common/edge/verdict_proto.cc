#include "common/edge/verdict_proto.h"

#include <cstdint>
#include <string>
#include <utility>

#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/edge/rich_call_proto.h"
#include "common/stir/error_table.h"
#include "common/stir/explain.h"
#include "common/stir/passport_claims.h"
#include "common/stir/telephone_number.h"

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
  if (from.serial.empty()) return;
  to.set_spc(from.spc);
  to.set_organization(from.organization);
  to.set_issuer(from.issuer);
  to.set_serial(from.serial);
  to.set_x5u(from.x5u);
  to.set_trust_domain(from.trust_domain);
  to.set_delegate(from.delegate);
}

// The reason, as every part of a verdict has it.
template <typename Message>
void FillReason(Reason reason, Message& to) {
  const ReasonRow& row = RowOf(reason);
  to.set_reason(row.name);
  to.set_reason_text(row.public_text);
}

// The outcome fields that a verdict and each of its rows share.
template <typename Message>
void FillOutcome(Reason reason, Verstat verstat, stir::ErrorTable table, Message& to) {
  const stir::SipAnswer answer = stir::AnswerOf(reason, table);
  to.set_verstat(std::string(VerstatText(verstat)));
  to.set_sip_code(answer.code);
  to.set_sip_phrase(answer.phrase);
  FillReason(reason, to);
}

Verstat VerstatOf(Reason reason) {
  return reason == Reason::kNone ? Verstat::kTnValidationPassed : RowOf(reason).verstat;
}

// As signed; for the compact form, what was rebuilt.
std::string ClaimsText(const stir::HeaderVerdict& header) {
  if (header.passport) return codec::CanonicalJson(header.passport->claims());
  return stir::SerializeClaims(*header.claims);
}

void Fill(const stir::HeaderVerdict& from, stir::ErrorTable table, bool brief, sti::v1::HeaderVerdict& to) {
  to.set_ppt(from.ppt);
  FillOutcome(from.reason, VerstatOf(from.reason), table, to);
  if (!from.signer.serial.empty()) Fill(from.signer, *to.mutable_signer());
  to.set_certificate_cached(from.certificate_cached);
  if (from.nested_in) to.set_nested_in(static_cast<int32_t>(*from.nested_in));
  if (from.passed()) to.set_claims(ClaimsText(from));
  if (brief) return;
  for (const stir::Check& check : from.checks) {
    sti::v1::Check* row = to.add_checks();
    row->set_name(check.name);
    row->set_outcome(ToProto(check.outcome));
    if (check.reason != Reason::kNone) row->set_reason(RowOf(check.reason).name);
    row->set_detail(check.detail);
  }
  for (const std::string& note : from.notes) to.add_notes(note);
}

void Fill(const stir::DivOutcome& from, sti::v1::DivResult& to) {
  to.set_verstat(std::string(VerstatText(VerstatOf(from.reason))));
  FillReason(from.reason, to);
  for (const stir::DivOutcome::Hop& hop : from.hops) {
    sti::v1::DivHop* row = to.add_hops();
    row->set_header(static_cast<int32_t>(hop.header));
    row->set_from(stir::PartyText(hop.from));
    row->set_to(stir::PartyText(hop.to));
    row->set_reason(RowOf(hop.reason).name);
  }
}

void Fill(const stir::RphOutcome& from, sti::v1::RphResult& to) {
  to.set_verstat_priority(std::string(stir::VerstatPriority(from)));
  FillReason(from.reason, to);
  for (const std::string& r_value : from.auth) to.add_auth(r_value);
  to.set_sph(from.sph);
  to.set_header(static_cast<int32_t>(from.header));
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

sti::v1::VerifyResponse ToProto(const stir::CallVerdict& verdict, const stir::ReplyForm& form,
                                absl::string_view profile, bool brief) {
  sti::v1::VerifyResponse response;
  FillOutcome(verdict.reason, verdict.verstat, verdict.table, response);
  response.set_attestation(ToProto(verdict.attestation));
  response.set_origid(verdict.origid);
  if (!verdict.signer.serial.empty()) Fill(verdict.signer, *response.mutable_signer());
  for (const stir::HeaderVerdict& header : verdict.headers) {
    Fill(header, verdict.table, brief, *response.add_headers());
  }
  response.set_verstat_parameter(stir::VerstatParameter(verdict, form.verstat));
  for (std::string& reason : stir::ReasonHeaders(verdict, form.reason)) {
    response.add_reason_headers(std::move(reason));
  }
  response.set_reject(stir::ShouldReject(verdict, form));
  if (!brief) response.set_explain(stir::Explain(verdict));
  if (verdict.div) Fill(*verdict.div, *response.mutable_div());
  if (verdict.rph) Fill(*verdict.rph, *response.mutable_rph());
  for (const stir::RcdOutcome& rcd : verdict.rcd) {
    *response.add_rcd() = ToProto(rcd, verdict.headers[rcd.header]);
  }
  response.set_replay_suspected(verdict.replay_suspected);
  response.set_profile(std::string(profile));
  return response;
}

sti::v1::VerifyResponse ToProto(const stir::CallVerdict& verdict) {
  return ToProto(verdict, stir::ReplyForm(), "", false);
}

}  // namespace sti::edge
