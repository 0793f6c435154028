#include "services/as/sign_request.h"

#include <utility>

#include "common/base/reason.h"

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
  return call;
}

void ToProto(SignedCall&& signed_call, sti::v1::SignResponse& response) {
  response.set_identity(std::move(signed_call.passport.identity));
  response.set_passport(std::move(signed_call.passport.passport));
  response.set_x5u(std::move(signed_call.x5u));
  response.set_origid(std::move(signed_call.origid));
  response.set_iat(signed_call.iat);
  response.set_spc(std::move(signed_call.spc));
  response.mutable_certificate_expires()->set_seconds(absl::ToUnixSeconds(signed_call.certificate_expires));
}

}  // namespace sti::as
