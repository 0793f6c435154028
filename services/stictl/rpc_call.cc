#include "services/stictl/rpc_call.h"

#include <google/protobuf/util/json_util.h>

#include <iostream>

#include "common/base/reason.h"

namespace sti::stictl {

int FailCall(const Output& output, const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  const bool own_fault = reason == Reason::kConfigInvalid || reason == Reason::kKeyPermissions;
  return own_fault ? UsageError(output, status) : Fail(output, status);
}

void PrintMessage(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  if (google::protobuf::util::MessageToJsonString(message, &json, options).ok()) std::cout << json << "\n";
}

}  // namespace sti::stictl
