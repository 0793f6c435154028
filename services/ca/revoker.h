// Revokes what this CA issued: for ACME clients, for admins. The STI-PA is told by revocation_reporter.h.
#ifndef SERVICES_CA_REVOKER_H_
#define SERVICES_CA_REVOKER_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/store/database.h"
#include "services/ca/ca_records.h"

namespace sti::ca {

// Reasons that a subscriber may give (RFC 5280 s5.3.1): unspecified, keyCompromise, affiliationChanged,
// superseded, cessationOfOperation.
bool IsSubscribersReason(int64_t reason);
// The same and cACompromise, privilegeWithdrawn, aACompromise. Not certificateHold, since nothing lifts it.
bool IsAdminsReason(int64_t reason);

// Thread-safe.
class Revoker {
 public:
  // `on_revoked` is called after each commit, on the caller's thread; it must not block.
  Revoker(store::Database& database, const Clock& clock, std::function<void()> on_revoked)
      : database_(database), clock_(clock), on_revoked_(std::move(on_revoked)) {}

  // On disk when it answers. With keyCompromise the key is never certified again. `reason` must have been
  // found to be allowed. kNotFound, kAlreadyExists (revoked before), kStorageFailed.
  absl::StatusOr<CertificateRecord> Revoke(absl::string_view serial, int reason,
                                           absl::string_view requested_by) const;

 private:
  store::Database& database_;
  const Clock& clock_;
  const std::function<void()> on_revoked_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_REVOKER_H_
