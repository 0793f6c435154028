// Trunks that calls come in by: a customer's, or a gateway.
#ifndef SERVICES_AS_TRUNK_REGISTRY_H_
#define SERVICES_AS_TRUNK_REGISTRY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/actor.h"
#include "services/as/provisioned.h"
#include "services/as/provisioning_room.h"

namespace sti::as {

struct TrunkPage {
  std::vector<Trunk> trunks;
  std::string next_page_token;  // empty on the last page
};

// Thread-safe. `provider`: its index. Errors of all: kStorageFailed.
class TrunkRegistry {
 public:
  explicit TrunkRegistry(ProvisioningRoom room) : room_(std::move(room)) {}

  // Makes or changes it. kMissingField and kInvalidField (trunk.id, trunk.customer, trunk.emergency),
  // kNotFound (trunk.customer).
  absl::StatusOr<Trunk> Put(const Actor& actor, size_t provider, Trunk trunk) const;
  absl::StatusOr<TrunkPage> List(size_t provider, absl::string_view customer, int64_t page_size,
                                 absl::string_view page_token) const;
  // kNotFound (id).
  absl::Status Delete(const Actor& actor, size_t provider, absl::string_view id) const;

 private:
  const ProvisioningRoom room_;
};

// For the audit: compact JSON.
std::string TrunkText(const Trunk& trunk);

}  // namespace sti::as

#endif  // SERVICES_AS_TRUNK_REGISTRY_H_
