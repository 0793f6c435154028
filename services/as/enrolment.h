// Keeps sti-as in possession of a valid certificate: enrols at first start, renews ahead of expiry, tries
// again while a peer is away. Calls are signed with the old key meanwhile.
#ifndef SERVICES_AS_ENROLMENT_H_
#define SERVICES_AS_ENROLMENT_H_

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/daemon/pause.h"
#include "services/as/credential_store.h"
#include "services/as/enroller.h"
#include "services/as/key_ring.h"

namespace sti::as {

struct EnrolmentOptions {
  // First wait after a failure; doubles, with up to a fifth more or less at random, up to the longest.
  absl::Duration first_retry = absl::Seconds(30);
  absl::Duration longest_retry = absl::Minutes(10);
  // Renew when less than this share of the certificate's lifetime is left, percent.
  int renew_percent = 33;
};

// Told on every pass what keeps the daemon from signing; empty when nothing does.
using LackingSink = std::function<void(const std::vector<std::string>&)>;

// Not thread-safe but for its own thread.
class Enrolment {
 public:
  // The references must outlive the object. `lacking` is called where LoadStored, Step and the thread run.
  Enrolment(Enroller& enroller, const CredentialStore& store, std::string spc, KeyRingSnapshot& ring,
            const Clock& clock, const Random& random, LackingSink lacking, const EnrolmentOptions& options);
  ~Enrolment();  // ends the thread; a peer that does not answer must have been cancelled before
  Enrolment(const Enrolment&) = delete;
  Enrolment& operator=(const Enrolment&) = delete;

  // Serves with the pair on disk, if it is valid, before any peer is asked. Fails only for a key file that
  // others may read (kKeyPermissions): that is for a person to mend. Other trouble is logged and mended by
  // enrolling anew.
  absl::Status LoadStored();

  // One pass: enrols or renews when due. Returns how long to wait for the next.
  absl::Duration Step();

  void Start();
  void Stop();

 private:
  bool IsDue(absl::Time now) const;
  absl::Time RenewalTime(const SigningCredential& credential) const;
  absl::Duration NextRetry();
  void Publish(SigningCredentialPtr credential);
  void Report(const std::string& trouble, absl::Time now);

  Enroller& enroller_;
  const CredentialStore& store_;
  const std::string spc_;
  KeyRingSnapshot& ring_;
  const Clock& clock_;
  const Random& random_;
  const LackingSink lacking_;
  const EnrolmentOptions options_;
  absl::Duration retry_;
  std::string last_trouble_;  // logged last
  daemon::Pause pause_;
  std::thread thread_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ENROLMENT_H_
