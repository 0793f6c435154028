#include "services/vs/chain_judge.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

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

absl::Status AskDomain(const pki::CertificateChain& chain, const TrustDomain& domain, absl::Time at) {
  if (domain.state == nullptr) {
    return MakeError(Reason::kTrustListUnavailable,
                     absl::StrCat("no trust list of ", domain.rules->name, " yet"));
  }
  pki::ChainPolicy policy;
  policy.delegates_allowed = domain.rules->delegates;
  policy.policy_oids = domain.rules->policy_oids;
  return pki::VerifyChain(chain, domain.state->anchors, domain.state->crl.get(), policy, at);
}

std::vector<absl::Status> AskDomains(const pki::CertificateChain& chain, const TrustSet& trust,
                                     absl::Time at) {
  std::vector<absl::Status> answers;
  answers.reserve(trust.domains.size());
  for (const TrustDomain& domain : trust.domains) answers.push_back(AskDomain(chain, domain, at));
  return answers;
}

// How much an error of one domain tells, where no domain vouches. That a chain is not one of theirs tells
// least.
int Weight(Reason reason) {
  switch (reason) {
    case Reason::kCertificateUntrusted:
      return 0;
    case Reason::kTrustListUnavailable:
      return 1;
    case Reason::kTrustStale:
      return 2;
    default:
      return 3;
  }
}

// What a domain's answer is worth once its documents are old: a defect is one still, a "yes" is none, and
// its newer list might know a chain that this one does not. The age is asked here, since it needs no
// signature and changes while remembered answers hold.
absl::Status WithAge(const absl::Status& answer, const TrustDomain& domain, absl::Time time) {
  if (!domain.IsStale(time)) return answer;
  if (!answer.ok() && ReasonOf(answer) != Reason::kCertificateUntrusted) return answer;
  return MakeError(Reason::kTrustStale, absl::StrCat("trust list or CRL of ", domain.rules->name,
                                                     " expired longer ago than allowed"));
}

ChainVerdict Choose(const std::vector<absl::Status>& answers, const TrustSet& trust,
                    const std::vector<size_t>& allowed, absl::Time time) {
  ChainVerdict best{MakeError(Reason::kCertificateUntrusted, "no trust domain counts"), nullptr};
  int weight = -1;
  const size_t count = allowed.empty() ? trust.domains.size() : allowed.size();
  for (size_t i = 0; i < count; ++i) {
    const size_t place = allowed.empty() ? i : allowed[i];
    const TrustDomain& domain = trust.domains[place];
    absl::Status answer = WithAge(answers[place], domain, time);
    if (answer.ok()) return {std::move(answer), &domain};
    const int worth = Weight(ReasonOf(answer));
    if (worth <= weight) continue;
    weight = worth;
    best.status = std::move(answer);
  }
  return best;
}

}  // namespace

ChainVerdict ChainJudge::JudgeOnce(const pki::CertificateChain& chain, const TrustSet& trust,
                                   const std::vector<size_t>& allowed, absl::Time time) {
  return Choose(AskDomains(chain, trust, time), trust, allowed, time);
}

ChainVerdict ChainJudge::Judge(const pki::CertificateChain& chain, const TrustSet& trust,
                               const std::vector<size_t>& allowed, absl::Time time) const {
  // As VerifyChain counts; or else an answer found in the last second of a validity would outlive it.
  const absl::Time at = absl::FromUnixSeconds(absl::ToUnixSeconds(time));
  const std::shared_ptr<const Answers> known = answers_.Get();
  if (known != nullptr && known->trust_version == trust.version && known->after < at && at < known->before) {
    return Choose(known->by_domain, trust, allowed, time);
  }
  auto fresh = std::make_shared<Answers>();
  fresh->trust_version = trust.version;
  fresh->after = absl::InfinitePast();
  fresh->before = absl::InfiniteFuture();
  fresh->by_domain = AskDomains(chain, trust, at);

  // Between two neighbouring dates of the chain and its possible anchors nothing can change an answer.
  bool between_dates = true;
  for (const pki::Certificate& certificate : chain.certificates()) {
    between_dates = between_dates && NarrowToDatesOf(certificate, at, fresh->after, fresh->before);
    for (const TrustDomain& domain : trust.domains) {
      if (domain.state == nullptr) continue;
      for (const pki::Certificate& root : domain.state->anchors.FindBySubject(certificate.issuer())) {
        between_dates = between_dates && NarrowToDatesOf(root, at, fresh->after, fresh->before);
      }
    }
  }
  ChainVerdict verdict = Choose(fresh->by_domain, trust, allowed, time);
  if (between_dates) answers_.Set(std::move(fresh));
  return verdict;
}

}  // namespace sti::vs
