// Seam: an STI-CA that can be asked to revoke.
#ifndef SERVICES_PA_AUTHORITY_CLIENT_H_
#define SERVICES_PA_AUTHORITY_CLIENT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sti::pa {

// Used by one thread, except for Cancel.
class AuthorityClient {
 public:
  virtual ~AuthorityClient() = default;
  // The serial numbers of the certificates that were revoked by this call: none when all of the code's were
  // before, so asking twice does no harm. Once it is OK, each of them is revoked on the CA's disk.
  // `request_id` is for the logs of both sides.
  virtual absl::StatusOr<std::vector<std::string>> RevokeSpc(const std::string& spc, int reason_code,
                                                             const std::string& request_id) = 0;
  // Ends a call under way, and every later one at once.
  virtual void Cancel() = 0;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_AUTHORITY_CLIENT_H_
