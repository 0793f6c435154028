// A working STI-PA and STI-CA in one object, on the demo PKI of tests/vectors: it signs real tokens, judges
// them as RFC 9448 s6 demands, and issues real certificates.
#ifndef SERVICES_AS_TESTING_FAKE_AUTHORITIES_H_
#define SERVICES_AS_TESTING_FAKE_AUTHORITIES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/testing/sequence_random.h"
#include "services/as/enrolment_peers.h"

namespace sti::as {

// Thread-safe.
class FakeAuthorities final : public EnrolmentPeers {
 public:
  explicit FakeAuthorities(const Clock& clock) : clock_(clock) {}

  absl::StatusOr<std::string> IssueToken(const std::string& tn_auth_list,
                                         const std::string& fingerprint) override;
  absl::StatusOr<PublishedChain> IssueCertificate(const std::string& csr,
                                                  const std::string& spc_token) override;
  void Cancel() override {}

  // Errors to answer with; OK for service as usual.
  void SetPa(absl::Status status);
  void SetCa(absl::Status status);
  void set_lifetime(absl::Duration lifetime) { lifetime_ = lifetime; }
  // How far the CA's clock is ahead.
  void set_skew(absl::Duration skew) { skew_ = skew; }
  // Misbehaviour of the CA.
  enum class Defect { kNone, kOtherKey, kOtherSpc, kNoTnAuthList, kExpired, kCaCertificate, kJunk, kBadUrl };
  void set_defect(Defect defect) { defect_ = defect; }

  int tokens() const;
  int certificates() const;

 private:
  const Clock& clock_;
  testing::SequenceRandom random_;
  absl::Duration lifetime_ = absl::Hours(100), skew_;
  Defect defect_ = Defect::kNone;
  mutable Mutex mutex_;
  absl::Status pa_ ABSL_GUARDED_BY(mutex_), ca_ ABSL_GUARDED_BY(mutex_);
  int tokens_ ABSL_GUARDED_BY(mutex_) = 0, certificates_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace sti::as

#endif  // SERVICES_AS_TESTING_FAKE_AUTHORITIES_H_
