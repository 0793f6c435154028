// The "records" part of the configuration of sti-as.
#ifndef SERVICES_AS_RECORDS_CONFIG_H_
#define SERVICES_AS_RECORDS_CONFIG_H_

#include <string>

#include "proto/sti/config/v1/as.pb.h"
#include "services/as/call_log.h"

namespace sti::as {

// `config` has passed the schema; `state_dir` is the default's parent.
CallLogOptions CallLogOptionsFrom(const sti::config::v1::CallRecords& config, const std::string& state_dir);

}  // namespace sti::as

#endif  // SERVICES_AS_RECORDS_CONFIG_H_
