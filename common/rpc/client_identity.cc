#include "common/rpc/client_identity.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/rpc/server.h"

namespace sti::rpc {

std::string ClientIdentity(const grpc::ServerContextBase& context) {
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  return peer == nullptr ? "anonymous" : IdentityOf(*peer);
}

std::string IdentityOf(const grpc::AuthContext& peer) {
  if (!peer.IsPeerAuthenticated()) return "anonymous";
  for (const char* property :
       {GRPC_PEER_DNS_PROPERTY_NAME, GRPC_PEER_URI_PROPERTY_NAME, GRPC_X509_CN_PROPERTY_NAME}) {
    const std::vector<grpc::string_ref> values = peer.FindPropertyValues(property);
    if (!values.empty()) return std::string(values.front().data(), values.front().size());
  }
  return "";
}

absl::Status RequireIdentity(const grpc::ServerContextBase& context,
                             const std::vector<std::string>& allowed) {
  const std::string identity = ClientIdentity(context);
  if (!identity.empty() && std::find(allowed.begin(), allowed.end(), identity) != allowed.end())
    return absl::OkStatus();
  return MakeError(Reason::kPermissionDenied,
                   absl::StrCat("the client identity \"", absl::CHexEscape(identity), "\" may not do this"));
}

}  // namespace sti::rpc
