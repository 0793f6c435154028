#include "services/vs/verify_request.h"

#include "common/base/reason.h"

namespace sti::vs {
namespace {

// google.protobuf.Timestamp: 0001-01-01 to 9999-12-31.
constexpr int64_t kFirstSecond = -62135596800, kLastSecond = 253402300799;

}  // namespace

absl::StatusOr<IncomingCall> FromProto(const sti::v1::VerifyRequest& request) {
  IncomingCall call;
  call.identity.assign(request.identity().begin(), request.identity().end());
  call.from = request.from();
  call.p_asserted_identity.assign(request.p_asserted_identity().begin(), request.p_asserted_identity().end());
  call.to = request.to();
  call.request_uri = request.request_uri();
  if (request.has_date()) {
    const auto& date = request.date();
    if (date.seconds() < kFirstSecond || date.seconds() > kLastSecond || date.nanos() < 0 ||
        date.nanos() > 999'999'999) {
      return MakeError(Reason::kInvalidField, "date", "not a time between the years 1 and 9999");
    }
    call.date = absl::FromUnixSeconds(date.seconds()) + absl::Nanoseconds(date.nanos());
  }
  return call;
}

}  // namespace sti::vs
