// Who may have SPC tokens: service providers, their codes, and the clients that act for them.
#ifndef SERVICES_PA_PROVIDER_REGISTRY_H_
#define SERVICES_PA_PROVIDER_REGISTRY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/store/database.h"
#include "services/pa/provider_records.h"

namespace sti::pa {

struct ProviderPage {
  std::vector<Provider> providers;
  std::string next_page_token;  // empty on the last page
};

// Thread-safe.
class ProviderRegistry {
 public:
  // Both must outlive this.
  ProviderRegistry(store::Database& database, const Clock& clock);

  // `provider.created` is set here. kMissingField, kInvalidField; kAlreadyExists naming the field and the
  // owner of the id, code or identity; kStorageFailed.
  absl::StatusOr<Provider> Register(Provider provider) const;
  // kNotFound.
  absl::StatusOr<Provider> Get(absl::string_view id) const;
  absl::StatusOr<ProviderPage> List(int64_t page_size, absl::string_view page_token) const;

 private:
  store::Database& database_;
  const Clock& clock_;
};

// A name for people: 1 to 256 octets without control characters. kMissingField, kInvalidField.
absl::Status CheckName(absl::string_view name, absl::string_view field);

}  // namespace sti::pa

#endif  // SERVICES_PA_PROVIDER_REGISTRY_H_
