// Revokes what this CA issued: for ACME clients, for admins, for the STI-PA. The STI-PA is told by
// revocation_reporter.h.
#ifndef SERVICES_CA_REVOKER_H_
#define SERVICES_CA_REVOKER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/actor.h"
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
  absl::StatusOr<CertificateRecord> Revoke(const Actor& actor, absl::string_view serial, int reason) const;

  // What Revoke would revoke now; its errors.
  absl::StatusOr<CertificateRecord> Revocable(absl::string_view serial) const;

  // Every certificate of `spc` that neither has expired nor is revoked; gives their serials in the order of
  // issue. In transactions of kAtOnce, each with its audit, so that thousands hold up nobody: after an error
  // some are revoked, and asking again goes on. The first one ends what is being issued, and says in the
  // audit that it was asked for. Nothing to revoke is no error. `reason` as above. kMissingField,
  // kInvalidField (spc), kStorageFailed.
  absl::StatusOr<std::vector<std::string>> RevokeSpc(const Actor& actor, absl::string_view spc,
                                                     int reason) const;
  // What RevokeSpc would revoke now.
  absl::StatusOr<std::vector<std::string>> ValidOfSpc(absl::string_view spc) const;

  static constexpr int64_t kAtOnce = 100;

 private:
  // Of those issued after `after`.
  absl::Status RevokeSome(const Actor& actor, absl::string_view spc, int reason, int64_t after,
                          std::vector<NumberedCertificate>& revoked) const;
  absl::Status RevokeOne(store::Transaction& transaction, const Actor& actor, int reason,
                         CertificateRecord& certificate) const;
  CertificateFilter ValidOf(absl::string_view spc) const;

  store::Database& database_;
  const Clock& clock_;
  const std::function<void()> on_revoked_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_REVOKER_H_
