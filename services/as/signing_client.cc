#include "services/as/signing_client.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::as {

absl::StatusOr<SigningClient> FindSigningClient(const ProviderTable& providers, const ProvisionedView& view,
                                                const std::string& identity) {
  SigningClient client;
  client.identity = identity;
  // What the configuration says counts: nobody makes another provider's client their customer's.
  if (providers.Listed(identity) == nullptr) {
    if (const auto credential = view.FindClient(identity)) {
      client.provider = credential->provider;
      client.customer = credential->customer->id;
      return client;
    }
  }
  const auto known = providers.ClientOf(identity);
  if (!known) {
    return MakeError(Reason::kPermissionDenied,
                     absl::StrCat("client \"", absl::CHexEscape(identity), "\" belongs to no provider"));
  }
  client.provider = known->provider;
  client.attests = known->attests;
  client.diverts = known->diverts;
  return client;
}

}  // namespace sti::as
