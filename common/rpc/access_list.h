// Who may call which RPC at all (GrpcServer.access), as a table.
#ifndef COMMON_RPC_ACCESS_LIST_H_
#define COMMON_RPC_ACCESS_LIST_H_

#include <google/protobuf/repeated_field.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::rpc {

// Immutable; thread-safe.
class AccessList {
 public:
  enum class Answer { kMay, kMayNot, kUnknownRpc };

  // `services`: full names of all that the server serves, those of health and reflection among them. Every
  // RPC of theirs must be named by `lines`, itself or by its service's "*", and nothing else. kConfigInvalid,
  // with "access[2].rpc" and the like as field; the text names the RPC.
  static absl::StatusOr<AccessList> Create(
      const google::protobuf::RepeatedPtrField<sti::config::v1::RpcAccess>& lines,
      const std::vector<std::string>& services);

  // `rpc`: "sti.v1.Authentication/Sign". What is not served is for nobody.
  Answer Ask(absl::string_view rpc, const std::string& identity) const;

 private:
  struct Clients {
    bool everybody = false;
    std::set<std::string> identities;
  };
  std::map<std::string, Clients, std::less<>> rpcs_;
};

// For a configuration that is only checked: AccessList::Create for a daemon with the `services` and, as every
// Server has them, health and reflection. OK where nothing is configured. kConfigInvalid, field
// "grpc.access...".
absl::Status CheckAccess(const sti::config::v1::GrpcServer& config, std::vector<std::string> services);

}  // namespace sti::rpc

#endif  // COMMON_RPC_ACCESS_LIST_H_
