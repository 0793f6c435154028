// Times as options give them.
#ifndef SERVICES_STICTL_TIME_OPTION_H_
#define SERVICES_STICTL_TIME_OPTION_H_

#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sti::stictl {

// RFC 3339, or a date, which means its begin in UTC. kInvalidField with the option's name as field.
absl::Status SetTime(absl::string_view option, const std::string& text,
                     google::protobuf::Timestamp& timestamp);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_TIME_OPTION_H_
