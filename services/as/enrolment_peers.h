// Seam: the STI-PA and STI-CA as enrolment sees them.
#ifndef SERVICES_AS_ENROLMENT_PEERS_H_
#define SERVICES_AS_ENROLMENT_PEERS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::as {

struct PublishedChain {
  std::string chain_pem;  // leaf first
  std::string x5u;
};

// Thread-safe. Every function waits for its peer; all fail soon once Cancel was called. Errors carry the
// peer's Reason when it answered, kUnavailable or kDeadlineExceeded when it did not.
class EnrolmentPeers {
 public:
  virtual ~EnrolmentPeers() = default;
  // An SPC token for the TNAuthList (DER), bound to the key with this fingerprint.
  virtual absl::StatusOr<std::string> IssueToken(const std::string& tn_auth_list,
                                                 const std::string& fingerprint) = 0;
  // A published certificate for the request (DER).
  virtual absl::StatusOr<PublishedChain> IssueCertificate(const std::string& csr,
                                                          const std::string& spc_token) = 0;
  virtual void Cancel() = 0;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ENROLMENT_PEERS_H_
