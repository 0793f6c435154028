// Rich call data profiles of customers: what their calls say about them.
#ifndef SERVICES_AS_PROFILE_REGISTRY_H_
#define SERVICES_AS_PROFILE_REGISTRY_H_

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

struct ProfilePage {
  std::vector<RcdProfile> profiles;
  std::string next_page_token;  // empty on the last page
};

// Thread-safe. `provider`: its index. Errors of all: kStorageFailed.
class ProfileRegistry {
 public:
  explicit ProfileRegistry(ProvisioningRoom room) : room_(std::move(room)) {}

  // Makes or changes it. kMissingField and kInvalidField (profile.customer, .name), kNotFound
  // (profile.customer); what a PASSporT could not have, as MakeRichCallData says (profile.rcd.icn).
  absl::StatusOr<RcdProfile> Put(const Actor& actor, size_t provider, RcdProfile profile) const;
  absl::StatusOr<ProfilePage> List(size_t provider, absl::string_view customer, int64_t page_size,
                                   absl::string_view page_token) const;
  // kNotFound (name).
  absl::Status Delete(const Actor& actor, size_t provider, absl::string_view customer,
                      absl::string_view name) const;

 private:
  const ProvisioningRoom room_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_PROFILE_REGISTRY_H_
