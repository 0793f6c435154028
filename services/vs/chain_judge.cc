#include "services/vs/chain_judge.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace sti::vs {
namespace {

// Narrows (after, before) so that `border` is outside or on its rim. False when `at` stands on the border
// itself.
bool Narrow(absl::Time border, absl::Time at, absl::Time& after, absl::Time& before) {
  if (border < at) {
    after = std::max(after, border);
  } else if (border > at) {
    before = std::min(before, border);
  } else {
    return false;
  }
  return true;
}

bool NarrowToDatesOf(const pki::Certificate& certificate, absl::Time at, absl::Time& after,
                     absl::Time& before) {
  return Narrow(certificate.not_before(), at, after, before) &&
         Narrow(certificate.not_after(), at, after, before);
}

}  // namespace

absl::Status ChainJudge::Judge(const pki::CertificateChain& chain, const TrustState& trust,
                               absl::Time time) const {
  // As VerifyChain counts; or else an answer found in the last second of a validity would outlive it.
  const absl::Time at = absl::FromUnixSeconds(absl::ToUnixSeconds(time));
  const std::shared_ptr<const Answer> known = answer_.Get();
  if (known != nullptr && known->trust_version == trust.version && known->after < at && at < known->before) {
    return known->status;
  }
  const absl::Status status = pki::VerifyChain(chain, trust.anchors, trust.crl.get(), pki::ChainPolicy{}, at);

  // Between two neighbouring dates of the chain and its possible anchors nothing can change the answer.
  auto fresh = std::make_shared<Answer>();
  fresh->trust_version = trust.version;
  fresh->after = absl::InfinitePast();
  fresh->before = absl::InfiniteFuture();
  fresh->status = status;
  bool between_dates = true;
  for (const pki::Certificate& certificate : chain.certificates()) {
    between_dates = between_dates && NarrowToDatesOf(certificate, at, fresh->after, fresh->before);
    for (const pki::Certificate& root : trust.anchors.FindBySubject(certificate.issuer())) {
      between_dates = between_dates && NarrowToDatesOf(root, at, fresh->after, fresh->before);
    }
  }
  if (between_dates) answer_.Set(std::move(fresh));
  return status;
}

}  // namespace sti::vs
