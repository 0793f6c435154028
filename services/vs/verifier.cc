#include "services/vs/verifier.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::vs {
namespace {

// Whether one of the profile's trust domains has a list.
bool MayJudge(const TrustSet& trust, const ClientProfile& profile) {
  const auto has_list = [](const TrustDomain& domain) { return domain.state != nullptr; };
  const auto& places = profile.trust_domains;
  if (places.empty()) return std::any_of(trust.domains.begin(), trust.domains.end(), has_list);
  return std::any_of(places.begin(), places.end(),
                     [&](size_t place) { return has_list(trust.domains[place]); });
}

// What the domain that vouches says about its signers.
void ApplyRules(const TrustDomain& domain, stir::SignerFindings& signer) {
  signer.trust_domain = domain.rules->name;
  signer.numbers = domain.state->numbers.get();
  signer.number_mode = domain.rules->numbers;
  signer.rph_signers = domain.rules->rph_signers;
}

}  // namespace

// A call that waits for downloads.
struct Verifier::Waiting {
  Call call;
  Done done;
  std::atomic<size_t> missing{0};
};

Verifier::Verifier(CertificateCache& cache, const TrustBoard& trust, const Clock& clock, Executor executor,
                   const VerifierOptions& options)
    : cache_(cache), trust_(trust), clock_(clock), executor_(std::move(executor)), options_(options) {}

void Verifier::Verify(const IncomingCall& call, const ClientProfile& profile, Done done) {
  // Asked before any work: without a trust list there is nothing to judge by.
  if (!MayJudge(*trust_.Get(), profile)) {
    return done(MakeError(Reason::kNotReady, "no trust list from the STI-PA yet"));
  }
  auto facts = FactsOf(call, profile.plan);
  if (!facts.ok()) return done(facts.status());
  const auto identities = IdentitiesOf(call);
  if (!identities.ok()) return done(identities.status());

  Call judged{stir::ExamineCall(*identities, *facts, profile.policy, clock_.TimeNow()), {}, &profile};
  judged.signers.resize(judged.examination.size());
  bool complete = true;
  for (size_t i = 0; i < judged.signers.size(); ++i) {
    const codec::Url* url = judged.examination.certificate_url(i);
    if (url == nullptr) continue;
    Signer& signer = judged.signers[i];
    signer.certificate = cache_.Find(*url);
    signer.cached = signer.certificate != nullptr;
    complete = complete && signer.cached;
  }
  if (complete) return done(Judge(judged));
  Await(std::move(judged), std::move(done));
}

void Verifier::Await(Call call, Done done) {
  if (pending_.fetch_add(1, std::memory_order_relaxed) >= options_.max_pending) {
    pending_.fetch_sub(1, std::memory_order_relaxed);
    return done(
        MakeError(Reason::kOverloaded,
                  absl::StrCat(options_.max_pending, " calls wait for a certificate download already")));
  }
  const auto waiting = std::make_shared<Waiting>();
  waiting->call = std::move(call);
  waiting->done = std::move(done);
  const stir::CallExamination& examination = waiting->call.examination;
  std::vector<Signer>& signers = waiting->call.signers;
  // One more than there are downloads, so that none of them ends the wait while the others are being started.
  size_t missing = 1;
  for (size_t i = 0; i < signers.size(); ++i) {
    if (examination.certificate_url(i) != nullptr && !signers[i].cached) ++missing;
  }
  waiting->missing.store(missing, std::memory_order_relaxed);
  for (size_t i = 0; i < signers.size(); ++i) {
    const codec::Url* url = examination.certificate_url(i);
    if (url == nullptr || signers[i].cached) continue;
    cache_.Get(*url, [this, waiting, &signer = signers[i]](CachedCertificatePtr certificate) {
      signer.certificate = std::move(certificate);  // each signer is written by its own download only
      Release(waiting);
    });
  }
  Release(waiting);
}

void Verifier::Release(const std::shared_ptr<Waiting>& waiting) {
  if (waiting->missing.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  executor_([this, waiting] {
    absl::StatusOr<stir::CallVerdict> verdict = Judge(waiting->call);
    pending_.fetch_sub(1, std::memory_order_relaxed);
    waiting->done(std::move(verdict));
  });
}

absl::StatusOr<stir::CallVerdict> Verifier::Judge(const Call& call) {
  // Taken at the end of the wait: a revocation that came meanwhile counts.
  const std::shared_ptr<const TrustSet> trust = trust_.Get();
  const absl::Time now = clock_.TimeNow();
  std::vector<stir::HeaderVerdict> verdicts;
  verdicts.reserve(call.signers.size());
  for (size_t i = 0; i < call.signers.size(); ++i) verdicts.push_back(JudgeHeader(call, i, *trust, now));
  return stir::ConcludeCall(call.examination, std::move(verdicts));
}

stir::HeaderVerdict Verifier::JudgeHeader(const Call& call, size_t i, const TrustSet& trust, absl::Time now) {
  const codec::Url* url = call.examination.certificate_url(i);
  if (url == nullptr) return stir::ConcludeHeader(call.examination, i, {});
  const CachedCertificate& certificate = *call.signers[i].certificate;
  stir::SignerFindings signer;
  signer.chain = &certificate.chain;
  if (certificate.chain.ok()) {
    ChainVerdict chain = certificate.judge.Judge(*certificate.chain, trust, call.profile->trust_domains, now);
    signer.chain_status = std::move(chain.status);
    if (chain.domain != nullptr) ApplyRules(*chain.domain, signer);
  }
  stir::HeaderVerdict verdict = stir::ConcludeHeader(call.examination, i, signer);
  verdict.certificate_cached = call.signers[i].cached;
  if (verdict.passed()) cache_.MarkProven(*url, certificate);
  return verdict;
}

}  // namespace sti::vs
