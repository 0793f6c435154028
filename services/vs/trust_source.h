// Seam: where trust list, CRL and number authority list come from.
#ifndef SERVICES_VS_TRUST_SOURCE_H_
#define SERVICES_VS_TRUST_SOURCE_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/vs/trust_store.h"

namespace sti::vs {

// Thread-safe. Every function waits for the STI-PA; all fail soon with kUnavailable once Cancel was called.
class TrustSource {
 public:
  virtual ~TrustSource() = default;
  virtual absl::StatusOr<std::string> GetTrustList() = 0;
  virtual absl::StatusOr<SignedCrl> GetCrl() = 0;
  // kNotFound when the STI-PA keeps none.
  virtual absl::StatusOr<std::string> GetNumberList() = 0;
  // Calls `on_version` for the current version and after each change, until the stream ends; gives its end.
  virtual absl::Status Watch(const std::function<void()>& on_version) = 0;
  virtual void Cancel() = 0;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_TRUST_SOURCE_H_
