// Times as people and RFC 3339 write them.
#ifndef SERVICES_STICTL_TIME_TEXT_H_
#define SERVICES_STICTL_TIME_TEXT_H_

#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/time/time.h"

namespace sti::stictl {

inline absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

inline google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  proto.set_seconds(absl::ToUnixSeconds(time));
  return proto;
}

// "2026-11-23T07:00:00Z"
inline std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}
inline std::string TimeText(const google::protobuf::Timestamp& time) { return TimeText(FromProto(time)); }

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_TIME_TEXT_H_
