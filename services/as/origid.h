// origid of trunks and customers (RFC 8588 s5): opaque to everybody but the provider, the same on every
// replica and after every restart.
#ifndef SERVICES_AS_ORIGID_H_
#define SERVICES_AS_ORIGID_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/secret.h"
#include "services/as/provisioned_view.h"

namespace sti::as {

// What an origid stands for; exactly one of the two.
struct OrigidOwner {
  std::string trunk, customer;
};

// Of one provider. A UUID of version 8 (RFC 9562 s5.8): the first 122 bits, beside version and variant, of
// HMAC-SHA256 over what it stands for, under the provider's secret. Immutable, thread-safe.
class OrigidMaker {
 public:
  // `provider`: its name in the configuration, which sets providers with the same secret apart.
  OrigidMaker(absl::string_view provider, Secret key);

  // Lower case with dashes.
  std::string ForTrunk(absl::string_view id) const;
  std::string ForCustomer(absl::string_view id) const;
  // The trunk or customer in the view that `origid` (in any case) stands for.
  std::optional<OrigidOwner> FindOwner(const ProvisionedView& view, size_t provider,
                                       absl::string_view origid) const;

 private:
  std::string Make(absl::string_view kind, absl::string_view id) const;
  std::string prefix_;
  Secret key_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ORIGID_H_
