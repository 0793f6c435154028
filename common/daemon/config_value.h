// One value of a configuration: from YAML text into a field of the message, by type and by the rules of
// options.proto.
#ifndef COMMON_DAEMON_CONFIG_VALUE_H_
#define COMMON_DAEMON_CONFIG_VALUE_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>

#include "absl/strings/string_view.h"
#include "common/daemon/yaml.h"
#include "proto/sti/config/v1/options.pb.h"

namespace sti::daemon {

// The rules that the schema has for a key; the empty ones when it has none.
const sti::config::v1::Key& RulesOf(const google::protobuf::FieldDescriptor& field);

// Sets the field, or adds to it when it is repeated. Paths are taken relative to `folder`. Gives what is
// wrong with the value, in words; empty when it was set.
std::string SetValue(const YamlNode& node, const google::protobuf::FieldDescriptor& field,
                     const std::string& folder, google::protobuf::Message& message);

// Sets a field that the file left out to the default of the schema, if there is one.
void SetDefault(const google::protobuf::FieldDescriptor& field, google::protobuf::Message& message);

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_CONFIG_VALUE_H_
