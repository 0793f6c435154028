// Asks one STI-CA to revoke the certificates of codes until it confirms: what is still to be asked is in the
// database, so that neither a restart nor an outage of the CA loses any of it.
#ifndef SERVICES_PA_SPC_REVOCATION_WORKER_H_
#define SERVICES_PA_SPC_REVOCATION_WORKER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/daemon/pause.h"
#include "common/store/database.h"
#include "services/pa/authority_client.h"
#include "services/pa/spc_revocation_records.h"

namespace sti::pa {

// Replicas may ask the same twice, which changes nothing at the CA; one of them writes the confirmation down.
class SpcRevocationWorker {
 public:
  // `authority`: as in the rows. Database and clock must outlive this.
  SpcRevocationWorker(store::Database& database, std::string authority, std::unique_ptr<AuthorityClient> ca,
                      const Clock& clock);
  ~SpcRevocationWorker() { Stop(); }

  // Asks in the background from now on: at once after a Wake and when something falls due; else every minute,
  // since replicas change the database, too; after trouble again after a second, and then at intervals that
  // double up to five minutes.
  void Start();
  void Wake() { pause_.Wake(); }
  void Stop();

  // One round over everything that is due. How much of it the CA did not confirm. Where it does not answer,
  // the round ends, and the next one begins behind: a code that takes it too long keeps no other. What cannot
  // be written down keeps no code either; then kStorageFailed at the end. Not to be called beside a running
  // Start.
  absl::StatusOr<int> AskAll();

 private:
  absl::Status Confirm(const SpcRevocation& revocation, const std::vector<std::string>& serials);
  void Note(const SpcRevocation& revocation, const absl::Status& trouble);
  absl::StatusOr<std::optional<SpcRevocation>> NextAfter(int64_t seq);
  absl::Duration UntilNextDue();
  void Run();

  store::Database& database_;
  const std::string authority_;
  const std::unique_ptr<AuthorityClient> ca_;
  const Clock& clock_;
  int64_t last_unanswered_ = 0;  // seq
  daemon::Pause pause_;
  std::thread thread_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_SPC_REVOCATION_WORKER_H_
