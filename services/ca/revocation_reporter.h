// Tells the STI-PA of revoked certificates until it confirms: what is still to be told is in the database, so
// that neither a restart nor an outage of the STI-PA loses one.
#ifndef SERVICES_CA_REVOCATION_REPORTER_H_
#define SERVICES_CA_REVOCATION_REPORTER_H_

#include <cstdint>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/daemon/pause.h"
#include "common/store/database.h"
#include "services/ca/policy_administrator.h"
#include "services/ca/revocation_records.h"

namespace sti::ca {

// Two replicas may tell the same one twice, which changes nothing at the STI-PA.
class RevocationReporter {
 public:
  // All references must outlive this.
  RevocationReporter(store::Database& database, PolicyAdministrator& pa, const Clock& clock)
      : database_(database), pa_(pa), clock_(clock) {}
  ~RevocationReporter() { Stop(); }

  // Tells in the background from now on: at once after a Wake; else every minute, since other replicas revoke
  // too; after trouble again after a second, and then at intervals that double up to five minutes.
  void Start();
  void Wake() { pause_.Wake(); }
  void Stop();

  // Everything untold; one that is refused does not hold up the others, but when kAtOnce fail in a row the
  // round ends. Gives the number of failures. kStorageFailed. Not to be called beside a running Start.
  absl::StatusOr<int> TellAll();

  static constexpr int64_t kAtOnce = 100;

 private:
  absl::Status Tell(const RevocationRecord& record);
  absl::StatusOr<int> TellEach(const std::vector<RevocationRecord>& untold);
  void Run();

  store::Database& database_;
  PolicyAdministrator& pa_;
  const Clock& clock_;
  daemon::Pause pause_;
  std::thread thread_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_REVOCATION_REPORTER_H_
