#include "services/vs/cached_certificate.h"

#include <utility>

#include "common/pki/profile_lint.h"

namespace sti::vs {
namespace {

std::vector<std::string> NotesOn(const absl::StatusOr<pki::CertificateChain>& chain) {
  return chain.ok() ? pki::LintChain(*chain) : std::vector<std::string>();
}

// True for one of those who ask once `next` has come; puts it off by `pause`.
bool Claim(std::atomic<int64_t>& next, absl::Time now, absl::Duration pause) {
  int64_t due = next.load(std::memory_order_relaxed);
  if (absl::ToUnixMillis(now) < due) return false;
  return next.compare_exchange_strong(due, absl::ToUnixMillis(now + pause), std::memory_order_relaxed);
}

}  // namespace

CachedCertificate::CachedCertificate(absl::StatusOr<pki::CertificateChain> delivered, absl::Time fetched_at,
                                     absl::Time renew_at, absl::Time until)
    : chain(std::move(delivered)),
      fetched(fetched_at),
      expires(until),
      notes(NotesOn(chain)),
      next_renewal_(absl::ToUnixMillis(renew_at)),
      next_refetch_(absl::ToUnixMillis(fetched_at + kRefetchAge)) {}

bool CachedCertificate::ClaimRenewal(absl::Time now) const {
  return Claim(next_renewal_, now, kRenewalPause);
}

bool CachedCertificate::ClaimRefetch(absl::Time now) const { return Claim(next_refetch_, now, kRefetchAge); }

}  // namespace sti::vs
