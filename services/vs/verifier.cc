#include "services/vs/verifier.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::vs {

// A call that waits for downloads.
struct Verifier::Waiting {
  std::vector<Header> headers;
  Done done;
  std::atomic<size_t> missing{0};
};

Verifier::Verifier(CertificateCache& cache, const TrustSnapshot& trust, const Clock& clock, Executor executor,
                   const VerifierOptions& options)
    : cache_(cache), trust_(trust), clock_(clock), executor_(std::move(executor)), options_(options) {}

void Verifier::Verify(const IncomingCall& call, const ClientProfile& profile, Done done) {
  // Asked before any work: without a trust list there is nothing to judge by.
  if (trust_.Get() == nullptr) return done(MakeError(Reason::kNotReady, "no trust list from the STI-PA yet"));
  auto facts = FactsOf(call, profile.plan);
  if (!facts.ok()) return done(facts.status());
  const auto identities = IdentitiesOf(call);
  if (!identities.ok()) return done(identities.status());

  const absl::Time now = clock_.TimeNow();
  std::vector<Header> headers;
  headers.reserve(identities->size());
  bool complete = true;
  for (const std::string& identity : *identities) {
    Header header{stir::Examine(identity, *facts, profile.policy, now), nullptr, false};
    if (const codec::Url* url = header.examination.certificate_url()) {
      header.certificate = cache_.Find(*url);
      header.cached = header.certificate != nullptr;
      complete = complete && header.cached;
    }
    headers.push_back(std::move(header));
  }
  if (complete) return done(Judge(headers));
  Await(std::move(headers), std::move(done));
}

void Verifier::Await(std::vector<Header> headers, Done done) {
  if (pending_.fetch_add(1, std::memory_order_relaxed) >= options_.max_pending) {
    pending_.fetch_sub(1, std::memory_order_relaxed);
    return done(
        MakeError(Reason::kOverloaded,
                  absl::StrCat(options_.max_pending, " calls wait for a certificate download already")));
  }
  const auto waiting = std::make_shared<Waiting>();
  waiting->headers = std::move(headers);
  waiting->done = std::move(done);
  // One more than there are downloads, so that none of them ends the wait while the others are being started.
  size_t missing = 1;
  for (const Header& header : waiting->headers) {
    if (header.examination.certificate_url() != nullptr && !header.cached) ++missing;
  }
  waiting->missing.store(missing, std::memory_order_relaxed);
  for (Header& header : waiting->headers) {
    const codec::Url* url = header.examination.certificate_url();
    if (url == nullptr || header.cached) continue;
    cache_.Get(*url, [this, waiting, &header](CachedCertificatePtr certificate) {
      header.certificate = std::move(certificate);  // each header is written by its own download only
      Release(waiting);
    });
  }
  Release(waiting);
}

void Verifier::Release(const std::shared_ptr<Waiting>& waiting) {
  if (waiting->missing.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  executor_([this, waiting] {
    absl::StatusOr<stir::CallVerdict> verdict = Judge(waiting->headers);
    pending_.fetch_sub(1, std::memory_order_relaxed);
    waiting->done(std::move(verdict));
  });
}

absl::StatusOr<stir::CallVerdict> Verifier::Judge(const std::vector<Header>& headers) {
  // Taken at the end of the wait: a revocation that came meanwhile counts.
  const std::shared_ptr<const TrustState> trust = trust_.Get();
  const absl::Time now = clock_.TimeNow();
  std::vector<stir::HeaderVerdict> verdicts;
  verdicts.reserve(headers.size());
  for (const Header& header : headers) verdicts.push_back(JudgeHeader(header, *trust, now));
  return stir::CombineVerdicts(std::move(verdicts));
}

stir::HeaderVerdict Verifier::JudgeHeader(const Header& header, const TrustState& trust, absl::Time now) {
  const codec::Url* url = header.examination.certificate_url();
  if (url == nullptr) {
    static const absl::StatusOr<pki::CertificateChain> no_chain = absl::UnknownError("not asked for");
    return stir::Conclude(header.examination, no_chain, absl::OkStatus());
  }
  const CachedCertificate& certificate = *header.certificate;
  absl::Status chain_status;
  if (certificate.chain.ok()) chain_status = certificate.judge.Judge(*certificate.chain, trust, now);
  stir::HeaderVerdict verdict = stir::Conclude(header.examination, certificate.chain, chain_status);
  verdict.certificate_cached = header.cached;
  if (verdict.passed()) cache_.MarkProven(*url, certificate);
  return verdict;
}

}  // namespace sti::vs
