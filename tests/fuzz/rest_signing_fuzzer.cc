// The input as body of a signing request, at either resource: what is accepted has what its form demands, and
// what is refused has an answer that may go out.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/rest/members.h"
#include "common/stir/atis_error.h"
#include "services/as/rest_signing.h"

namespace {

using sti::as::OutgoingCall;
using sti::rest::RestForm;

void Check(bool ok) {
  if (!ok) abort();
}

void CheckRefusal(const absl::Status& status) {
  Check(sti::ReasonOf(status) != sti::Reason::kInternal);
  const sti::stir::AtisError error = sti::stir::AtisErrorOf(sti::as::InRestTerms(status));
  Check(error.http_status >= 400 && error.http_status < 500);
  Check(sti::codec::ParseJson(error.AtisBody(), sti::limits::kJson * 16).ok());
  Check(sti::codec::ParseJson(error.GppBody(), sti::limits::kJson * 16).ok());
}

void CheckCall(const OutgoingCall& call, RestForm form) {
  Check(call.orig_tn.has_value() != call.orig_uri.has_value());
  Check(!call.dest_tn.empty() || !call.dest_uri.empty());
  Check(call.dest_tn.size() <= sti::limits::kDestinations &&
        call.dest_uri.size() <= sti::limits::kDestinations);
  Check(call.iat.has_value() && *call.iat >= 0);
  if (call.ppt.empty()) Check(call.attest != sti::stir::Attestation::kNone && !call.origid.empty());
  if (call.ppt == "div") Check(call.div_tn.has_value() != call.div_uri.has_value());
  if (call.ppt == "rph") Check(!call.rph_auth.empty());
  if (form == RestForm::kGpp) return;
  Check(call.ppt.empty() && call.orig_tn && call.dest_uri.empty());
  Check(!call.div_tn && !call.div_uri && call.rph_auth.empty() && call.rph_sph.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto request = sti::rest::ParseBody(text, sti::as::kSigningRequest);
  if (!request.ok()) {
    CheckRefusal(request.status());
    return 0;
  }
  for (const absl::string_view resource : {sti::as::kSigning, sti::as::kGppSigning}) {
    const RestForm form = sti::as::FormOf(resource, *request);
    const auto call = sti::as::CallFrom(*request, form);
    if (call.ok()) {
      CheckCall(*call, form);
    } else {
      CheckRefusal(call.status());
    }
  }
  return 0;
}
