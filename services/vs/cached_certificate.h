// What an x5u delivered, and what was found out about it since.
#ifndef SERVICES_VS_CACHED_CERTIFICATE_H_
#define SERVICES_VS_CACHED_CERTIFICATE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/pki/certificate.h"
#include "services/vs/chain_judge.h"

namespace sti::vs {

// Immutable but for marks and the remembered judgement. Thread-safe.
class CachedCertificate {
 public:
  // `chain` or why there is none: an E8 reason (download) or an E17 reason (not a chain). In use from
  // `fetched_at` to `until`, itself excluded; a successor is wanted from `renew_at` on.
  CachedCertificate(absl::StatusOr<pki::CertificateChain> delivered, absl::Time fetched_at,
                    absl::Time renew_at, absl::Time until);

  const absl::StatusOr<pki::CertificateChain> chain;
  const absl::Time fetched, expires;
  const std::vector<std::string> notes;  // departures from the SHAKEN profile
  ChainJudge judge;

  // A call passed with it.
  bool proven() const { return proven_.load(std::memory_order_relaxed); }

  // Whether the caller is to renew it. True once in kRenewalPause, however many ask.
  bool ClaimRenewal(absl::Time now) const;
  // Whether the caller is to look for another one under its URL. True once in kRefetchAge, and not before it
  // is that old.
  bool ClaimRefetch(absl::Time now) const;

 private:
  friend class CertificateShard;
  mutable std::atomic<int64_t> next_renewal_, next_refetch_;  // milliseconds since 1970
  mutable std::atomic<bool> used_{false};                     // since the eviction hand passed last
  mutable std::atomic<bool> proven_{false};
  mutable std::atomic<bool> untrusted_{false};  // no trust domain vouched: goes first, used or not
};
using CachedCertificatePtr = std::shared_ptr<const CachedCertificate>;

inline constexpr absl::Duration kRenewalPause = absl::Minutes(1);
inline constexpr absl::Duration kRefetchAge = absl::Seconds(10);

}  // namespace sti::vs

#endif  // SERVICES_VS_CACHED_CERTIFICATE_H_
