#include "services/vs/cached_certificate.h"

#include <utility>

#include "common/pki/profile_lint.h"

namespace sti::vs {
namespace {

std::vector<std::string> NotesOn(const absl::StatusOr<pki::CertificateChain>& chain) {
  return chain.ok() ? pki::LintChain(*chain) : std::vector<std::string>();
}

}  // namespace

CachedCertificate::CachedCertificate(absl::StatusOr<pki::CertificateChain> delivered, absl::Time fetched_at,
                                     absl::Time renew_at, absl::Time until)
    : chain(std::move(delivered)),
      fetched(fetched_at),
      expires(until),
      notes(NotesOn(chain)),
      next_renewal_(absl::ToUnixMillis(renew_at)) {}

bool CachedCertificate::ClaimRenewal(absl::Time now) const {
  int64_t due = next_renewal_.load(std::memory_order_relaxed);
  if (absl::ToUnixMillis(now) < due) return false;
  return next_renewal_.compare_exchange_strong(due, absl::ToUnixMillis(now + kRenewalPause),
                                               std::memory_order_relaxed);
}

}  // namespace sti::vs
