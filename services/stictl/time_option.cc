#include "services/stictl/time_option.h"

#include "absl/time/time.h"
#include "common/base/reason.h"

namespace sti::stictl {

absl::Status SetTime(absl::string_view option, const std::string& text,
                     google::protobuf::Timestamp& timestamp) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) &&
      !absl::ParseTime("%Y-%m-%d", text, &time, &error)) {
    return MakeError(Reason::kInvalidField, option, "no time such as 2026-11-23T07:00:00Z, nor a date");
  }
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(timestamp.seconds()))));
  return absl::OkStatus();
}

}  // namespace sti::stictl
