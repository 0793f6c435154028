#include "common/rpc/request_id.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"

namespace sti::rpc {
namespace {

constexpr char kKey[] = "x-request-id";
constexpr size_t kLongest = 128;

bool Fits(absl::string_view id) {
  return !id.empty() && id.size() <= kLongest &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) { return absl::ascii_isgraph(c); });
}

}  // namespace

std::string RequestIdOf(const grpc::ServerContextBase& context) {
  const auto found = context.client_metadata().find(kKey);
  if (found == context.client_metadata().end()) return "";
  const absl::string_view id(found->second.data(), found->second.size());
  return Fits(id) ? std::string(id) : "";
}

void SetRequestId(grpc::ClientContext& context, absl::string_view request_id) {
  if (Fits(request_id)) context.AddMetadata(kKey, std::string(request_id));
}

}  // namespace sti::rpc
