#include "common/rpc/access_gate.h"

#include <chrono>
#include <memory>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/rpc/client_identity.h"

namespace sti::rpc {
namespace {

// ":path" of HTTP/2, "/sti.v1.Authentication/Sign", is all that gRPC looks for a handler by.
absl::string_view RpcOf(const grpc::AuthMetadataProcessor::InputMetadata& metadata) {
  const auto path = metadata.find(":path");
  if (path == metadata.end()) return "";
  return absl::StripPrefix(absl::string_view(path->second.data(), path->second.size()), "/");
}

// Not the wall clock: one that is put back would keep refusals out of the log.
absl::Time SteadyNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

void AccessGate::Open(AccessList list) { list_.Set(std::make_shared<const AccessList>(std::move(list))); }

void AccessGate::Tell(const std::string& identity, absl::string_view rpc) {
  if (hook_ == nullptr) return;
  const std::string name(rpc);
  const std::optional<int64_t> untold = tally_.Count(identity, name, SteadyNow());
  if (untold.has_value()) hook_({identity, name, *untold});
}

grpc::Status AccessGate::Process(const InputMetadata& metadata, grpc::AuthContext* peer, OutputMetadata*,
                                 OutputMetadata*) {
  const std::shared_ptr<const AccessList> list = list_.Get();
  if (list == nullptr) return grpc::Status(grpc::StatusCode::UNAVAILABLE, "starting");
  const absl::string_view rpc = RpcOf(metadata);
  const std::string identity = IdentityOf(*peer);
  switch (list->Ask(rpc, identity)) {
    case AccessList::Answer::kMay:
      return grpc::Status::OK;
    case AccessList::Answer::kUnknownRpc:
      return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "this daemon serves no such RPC");
    case AccessList::Answer::kMayNot:
      break;
  }
  Tell(identity, rpc);
  return grpc::Status(
      grpc::StatusCode::PERMISSION_DENIED,
      absl::StrCat("the client identity \"", absl::CHexEscape(identity), "\" may not call ", rpc));
}

}  // namespace sti::rpc
