// Seam: the STI-PA, which puts revoked certificates on the CRL.
#ifndef SERVICES_CA_POLICY_ADMINISTRATOR_H_
#define SERVICES_CA_POLICY_ADMINISTRATOR_H_

#include <string>

#include "absl/status/status.h"

namespace sti::ca {

// Used by one thread, except for Cancel.
class PolicyAdministrator {
 public:
  virtual ~PolicyAdministrator() = default;
  // `certificate_pem`: one certificate. OK when the STI-PA has recorded it, now or before.
  // `request_id` is for the logs of both sides.
  virtual absl::Status RecordRevocation(const std::string& certificate_pem, int reason,
                                        const std::string& request_id) = 0;
  // Ends a call under way, and every later one at once.
  virtual void Cancel() = 0;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_POLICY_ADMINISTRATOR_H_
