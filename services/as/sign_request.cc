#include "services/as/sign_request.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/as/outgoing_claims.h"

namespace sti::as {

namespace {

OutgoingRichCallData FromProto(const sti::v1::RichCallData& rcd) {
  OutgoingRichCallData out{rcd.nam(), rcd.apn(), rcd.icn(), rcd.jcd(), rcd.jcl(), rcd.crn(), rcd.iss(), {}};
  out.rcdi.assign(rcd.rcdi().begin(), rcd.rcdi().end());
  return out;
}

}  // namespace

absl::StatusOr<OutgoingCall> FromProto(const sti::v1::SignRequest& request) {
  OutgoingCall call;
  call.ppt = request.ppt();
  if (request.orig().has_tn()) call.orig_tn = request.orig().tn();
  if (request.orig().has_uri()) call.orig_uri = request.orig().uri();
  call.dest_tn.assign(request.dest().tn().begin(), request.dest().tn().end());
  call.dest_uri.assign(request.dest().uri().begin(), request.dest().uri().end());
  switch (request.attest()) {
    case sti::v1::ATTESTATION_UNSPECIFIED:
      break;
    case sti::v1::ATTESTATION_A:
      call.attest = stir::Attestation::kA;
      break;
    case sti::v1::ATTESTATION_B:
      call.attest = stir::Attestation::kB;
      break;
    case sti::v1::ATTESTATION_C:
      call.attest = stir::Attestation::kC;
      break;
    default:
      return MakeError(Reason::kAttestInvalid, "attest", "not A, B or C");
  }
  call.origid = request.origid();
  if (request.has_iat()) call.iat = request.iat();
  if (request.div().has_tn()) call.div_tn = request.div().tn();
  if (request.div().has_uri()) call.div_uri = request.div().uri();
  call.div_hi = request.div_hi();
  call.opt = request.opt();
  call.rph_auth.assign(request.rph().auth().begin(), request.rph().auth().end());
  call.rph_sph = request.rph().sph();
  if (request.has_rcd()) call.rcd = FromProto(request.rcd());
  if (request.has_message_body()) call.message_body = request.message_body();
  for (const sti::v1::MediaKey& key : request.media_keys()) {
    call.media_keys.emplace_back(key.alg(), key.dig());
  }
  call.trunk = request.trunk();
  call.customer = request.customer();
  call.incoming_identity.assign(request.incoming_identity().begin(), request.incoming_identity().end());
  call.rcd_profile = request.rcd_profile();
  call.call_id = request.call_id();
  return call;
}

absl::StatusOr<OutgoingCallOfTypes> FromProto(const sti::v1::SignCallRequest& request) {
  OutgoingCallOfTypes out;
  if (!request.call().ppt().empty()) {
    return MakeError(Reason::kInvalidField, "call.ppt", "stays empty; the types are in ppts");
  }
  if (request.ppts().empty()) return MakeError(Reason::kMissingField, "ppts", "which PASSporTs?");
  if (static_cast<size_t>(request.ppts_size()) > limits::kPassportsPerCall) {
    return MakeError(Reason::kTooLarge, "ppts",
                     absl::StrCat(request.ppts_size(), " types; at most ", limits::kPassportsPerCall));
  }
  for (int i = 0; i < request.ppts_size(); ++i) {
    const std::string field = absl::StrCat("ppts[", i, "]");
    STI_ASSIGN_OR_RETURN(const stir::PassportType type, OutgoingType(request.ppts(i), field));
    if (std::find(out.types.begin(), out.types.end(), type) != out.types.end()) {
      return MakeError(Reason::kInvalidField, field, "each type once");
    }
    out.types.push_back(type);
  }
  auto call = FromProto(request.call());
  if (!call.ok()) return WithinCall(call.status());
  out.call = *std::move(call);
  return out;
}

absl::Status WithinCall(const absl::Status& status) {
  return status.ok() || FieldOf(status).empty() ? status : PrefixField("call", status);
}

void ToProto(std::vector<SignedCall>&& signed_calls, sti::v1::SignCallResponse& response) {
  for (SignedCall& one : signed_calls) ToProto(std::move(one), *response.add_passports());
}

std::string RequestIdOf(const grpc::CallbackServerContext& context) {
  constexpr size_t kLongest = 128;
  const auto found = context.client_metadata().find("x-request-id");
  if (found == context.client_metadata().end()) return "";
  const absl::string_view id(found->second.data(), found->second.size());
  const bool fits = id.size() <= kLongest &&
                    std::all_of(id.begin(), id.end(), [](unsigned char c) { return absl::ascii_isgraph(c); });
  return fits ? std::string(id) : "";
}

void ToProto(SignedCall&& signed_call, sti::v1::SignResponse& response) {
  response.set_identity(std::move(signed_call.passport.identity));
  response.set_passport(std::move(signed_call.passport.passport));
  response.set_x5u(std::move(signed_call.x5u));
  response.set_origid(std::move(signed_call.origid));
  response.set_iat(signed_call.iat);
  response.set_spc(std::move(signed_call.spc));
  response.mutable_certificate_expires()->set_seconds(absl::ToUnixSeconds(signed_call.certificate_expires));
  switch (signed_call.attest) {
    case stir::Attestation::kA:
      response.set_attest(sti::v1::ATTESTATION_A);
      break;
    case stir::Attestation::kB:
      response.set_attest(sti::v1::ATTESTATION_B);
      break;
    case stir::Attestation::kC:
      response.set_attest(sti::v1::ATTESTATION_C);
      break;
    case stir::Attestation::kNone:
      break;
  }
  response.set_attest_rule(std::move(signed_call.attest_rule));
  response.set_certificate_serial(std::move(signed_call.certificate_serial));
}

}  // namespace sti::as
