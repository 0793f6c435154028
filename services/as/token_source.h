// Seam: where SPC tokens come from.
#ifndef SERVICES_AS_TOKEN_SOURCE_H_
#define SERVICES_AS_TOKEN_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"

namespace sti::as {

// Waits for the STI-PA. One thread at a time, but for Cancel. Errors carry the peer's Reason when it
// answered, kUnavailable or kDeadlineExceeded when it did not.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // An SPC token for the TNAuthList (DER), bound to the key with this fingerprint.
  virtual absl::StatusOr<std::string> IssueToken(const std::string& tn_auth_list,
                                                 const std::string& fingerprint) = 0;
  // The id under which the STI-PA is asked from now on, for the logs of both sides.
  virtual void NameRequest(const std::string& /*request_id*/) {}
  // Ends what is under way; everything fails from then on. From any thread.
  virtual void Cancel() = 0;
};

}  // namespace sti::as

#endif  // SERVICES_AS_TOKEN_SOURCE_H_
