#include "services/as/sign_request.h"

#include <utility>

#include "common/base/reason.h"

namespace sti::as {

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
