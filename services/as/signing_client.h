// Who asks for signatures.
#ifndef SERVICES_AS_SIGNING_CLIENT_H_
#define SERVICES_AS_SIGNING_CLIENT_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "services/as/provider_table.h"
#include "services/as/provisioned_view.h"

namespace sti::as {

// A client that belongs to a provider: one of the configuration, or a customer's own.
struct SigningClient {
  std::string identity;  // of the certificate, or the name of the API key
  size_t provider = 0;
  bool attests = false, diverts = false;  // ProviderTable; never a customer's
  std::string customer;                   // of a customer's client
};

// A client of the configuration, or else a customer's, or else anybody, where the configuration says so.
// Thread-safe. kPermissionDenied.
absl::StatusOr<SigningClient> FindSigningClient(const ProviderTable& providers, const ProvisionedView& view,
                                                const std::string& identity);

}  // namespace sti::as

#endif  // SERVICES_AS_SIGNING_CLIENT_H_
