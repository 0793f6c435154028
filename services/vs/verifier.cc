#include "services/vs/verifier.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "services/vs/replay_verdict.h"

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

// The notes on the certificate, and where it differs from its trust domain. Certificates that name no CRL
// issuer are common, and a domain's one CRL counts for all: that one names another is worth a note, and no
// more.
std::vector<std::string> NotesOf(const CachedCertificate& certificate, const TrustDomain* domain) {
  std::vector<std::string> notes = certificate.notes;
  if (domain == nullptr || domain->state->crl == nullptr) return notes;
  const auto& named = certificate.chain->leaf().crl_issuer();
  const pki::DistinguishedName& issuer = domain->state->crl->issuer();
  if (!named || *named == issuer) return notes;
  notes.push_back(absl::StrCat("the certificate names another CRL issuer (", named->Text(),
                               ") than the CRL in use has (", issuer.Text(), ")"));
  return notes;
}

// What the domain that vouches says about its signers.
void ApplyRules(const TrustDomain& domain, stir::SignerFindings& signer) {
  signer.trust_domain = domain.rules->name;
  signer.numbers = domain.state->numbers.get();
  signer.number_mode = domain.rules->numbers;
  signer.rph_signers = domain.rules->rph_signers;
}

// A failure that another certificate under the same URL would mend: its owner may have exchanged it since,
// because a CA left the trust list, say. E17 but for what is wrong with this daemon's own documents.
bool MayBeOutdated(Reason reason) {
  const ReasonRow& row = RowOf(reason);
  return reason == Reason::kSignatureInvalid ||
         (row.table_row == 17 && row.verstat == Verstat::kTnValidationFailed);
}

}  // namespace

// Downloads that one call waits for. One more than there are is missing while they are being started, so that
// none of them ends the wait.
struct Verifier::Downloads {
  std::atomic<size_t> missing{1};
  std::function<void()> then;

  void Release() {
    if (missing.fetch_sub(1, std::memory_order_acq_rel) == 1) then();
  }
};

Verifier::Verifier(CertificateCache& cache, const TrustBoard& trust, const Clock& clock, Executor executor,
                   const VerifierOptions& options, ReplayGuard* replay)
    : cache_(cache),
      trust_(trust),
      clock_(clock),
      executor_(std::move(executor)),
      options_(options),
      replay_(replay) {}

Verifier::Done Verifier::Watched(Done done) {
  if (options_.observe == nullptr && options_.meters == nullptr) return done;
  return [this, told = std::move(done), watch = metrics::Stopwatch(options_.meters != nullptr)](
             absl::StatusOr<stir::CallVerdict> verdict) mutable {
    if (options_.meters != nullptr && verdict.ok()) watch.Lap(&options_.meters->total);
    if (options_.observe != nullptr) options_.observe(verdict);
    told(std::move(verdict));
  };
}

bool Verifier::LookUp(Call& call) {
  bool complete = true;
  for (size_t i = 0; i < call.signers.size(); ++i) {
    const codec::Url* url = call.examination.certificate_url(i);
    if (url == nullptr) continue;
    Signer& signer = call.signers[i];
    signer.certificate = call.dry_run ? cache_.Peek(*url) : cache_.Find(*url);
    signer.cached = signer.certificate != nullptr;
    complete = complete && signer.cached;
    if (call.meters == nullptr) continue;
    (!signer.cached                   ? call.meters->misses
     : signer.certificate->chain.ok() ? call.meters->hits
                                      : call.meters->failures)
        .Increment();
  }
  return complete;
}

void Verifier::Verify(const IncomingCall& incoming, const ClientProfile& profile, Done done) {
  const bool dry_run = incoming.dry_run || incoming.at.has_value();
  const CallMeters* const meters = dry_run ? nullptr : options_.meters;
  metrics::Stopwatch watch(meters != nullptr);
  if (!dry_run) done = Watched(std::move(done));
  // Asked before any work: without a trust list there is nothing to judge by.
  if (!MayJudge(*trust_.Get(), profile)) {
    return done(MakeError(Reason::kNotReady, "no trust list from the STI-PA yet"));
  }
  auto facts = FactsOf(incoming, profile.plan);
  if (!facts.ok()) return done(facts.status());
  const std::vector<std::string> identities = IdentitiesOf(incoming);

  const auto call = std::make_shared<Call>(under_way_);
  const absl::Time now = incoming.at.value_or(clock_.TimeNow());
  call->examination = stir::ExamineCall(identities, *facts, profile.policy, now);
  call->profile = &profile;
  call->call_id = incoming.call_id;
  call->at = incoming.at;
  call->dry_run = dry_run;
  call->meters = meters;
  call->signers.resize(call->examination.size());
  call->done = std::move(done);
  if (meters != nullptr) watch.Lap(&meters->parse);
  if (LookUp(*call)) return Judge(call);
  AwaitCertificates(call);
}

void Verifier::AwaitIdle() const {
  while (under_way_.load() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

bool Verifier::TakePlace() {
  if (pending_.fetch_add(1, std::memory_order_relaxed) < options_.max_pending) return true;
  pending_.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

void Verifier::RefuseForLoad(const Call& call) const {
  call.done(MakeError(Reason::kOverloaded, absl::StrCat(options_.max_pending,
                                                        " calls wait for an answer from elsewhere already")));
}

void Verifier::AwaitCertificates(const CallPtr& call) {
  if (!TakePlace()) return RefuseForLoad(*call);
  const auto downloads = std::make_shared<Downloads>();
  downloads->then = [this, call, watch = metrics::Stopwatch(call->meters != nullptr)] {
    executor_([this, call, watch]() mutable {
      if (call->meters != nullptr) watch.Lap(&call->meters->fetch);
      pending_.fetch_sub(1, std::memory_order_relaxed);
      Judge(call);
    });
  };
  for (size_t i = 0; i < call->signers.size(); ++i) {
    const codec::Url* url = call->examination.certificate_url(i);
    Signer& signer = call->signers[i];
    if (url == nullptr || signer.cached) continue;
    downloads->missing.fetch_add(1, std::memory_order_relaxed);
    cache_.Get(*url, call->downloads, [call, downloads, &signer](CachedCertificatePtr certificate) {
      signer.certificate = std::move(certificate);  // each signer is written by its own download only
      downloads->Release();
    });
  }
  downloads->Release();
}

void Verifier::Judge(const CallPtr& call) {
  JudgeHeaders(*call, std::vector<bool>(call->signers.size(), true));
  if (!AwaitSuccessors(call)) CheckReplay(call);
}

// Looks once whether other certificates stand under the URLs of those that failed. False: there is nothing to
// wait for.
bool Verifier::AwaitSuccessors(const CallPtr& call) {
  std::vector<size_t> doubtful;
  for (size_t i = 0; i < call->signers.size(); ++i) {
    const Signer& signer = call->signers[i];
    // A failed download is remembered for so short a time that it is not asked for again.
    if (!signer.cached || !signer.certificate->chain.ok()) continue;
    if (MayBeOutdated(call->verdicts[i].reason)) doubtful.push_back(i);
  }
  // Without a place the verdict stands as it is: no reason to refuse the call.
  if (call->dry_run || doubtful.empty() || !TakePlace()) return false;
  const auto found = std::make_shared<std::vector<CachedCertificatePtr>>(call->signers.size());
  const auto downloads = std::make_shared<Downloads>();
  downloads->then = [this, call, found, watch = metrics::Stopwatch(call->meters != nullptr)] {
    executor_([this, call, found, watch]() mutable {
      if (call->meters != nullptr) watch.Lap(&call->meters->fetch);
      std::vector<bool> changed(call->signers.size());
      for (size_t i = 0; i < changed.size(); ++i) {
        Signer& signer = call->signers[i];
        const CachedCertificatePtr& successor = (*found)[i];
        changed[i] = successor != nullptr && successor != signer.certificate && successor->chain.ok() &&
                     successor->chain->sha256() != signer.certificate->chain->sha256();
        if (changed[i]) signer = Signer{successor, /*cached=*/false};
      }
      JudgeHeaders(*call, changed);
      pending_.fetch_sub(1, std::memory_order_relaxed);
      CheckReplay(call);
    });
  };
  downloads->missing += doubtful.size();
  for (const size_t i : doubtful) {
    cache_.Refetch(*call->examination.certificate_url(i), call->signers[i].certificate, call->downloads,
                   [found, downloads, i](CachedCertificatePtr certificate) {
                     (*found)[i] = std::move(certificate);
                     downloads->Release();
                   });
  }
  downloads->Release();
  return true;
}

void Verifier::CheckReplay(const CallPtr& call) {
  const auto finish = [](Call& finished) {
    finished.done(stir::ConcludeCall(finished.examination, std::move(finished.verdicts)));
  };
  const ClientProfile& profile = *call->profile;
  // Without a Call-ID a replay cannot be told from a retransmission.
  if (replay_ == nullptr || call->dry_run || call->call_id.empty() || profile.replay == ReplayPolicy::kOff) {
    return finish(*call);
  }
  ReplayQuestion question = ReplayQuestionOf(call->verdicts);
  if (question.keys.empty()) return finish(*call);
  const bool asks_others = replay_->asks_others();
  // Else a store that answers slowly would let calls pile up without bound.
  if (asks_others && !TakePlace()) return RefuseForLoad(*call);
  const absl::Duration time = std::max(UsableFor(profile.policy), options_.replay_time);
  replay_->Check(
      question.keys, call->call_id, time,
      [this, call, finish, asks_others, places = std::move(question.places)](const std::vector<bool>& seen) {
        ApplyReplay(places, seen, call->profile->replay, call->examination.diversions(), call->verdicts);
        if (!asks_others) return finish(*call);
        executor_([this, call, finish] {
          pending_.fetch_sub(1, std::memory_order_relaxed);
          finish(*call);
        });
      });
}

void Verifier::JudgeHeaders(Call& call, const std::vector<bool>& which) {
  // Taken at the end of a wait: a revocation that came meanwhile counts.
  const std::shared_ptr<const TrustSet> trust = trust_.Get();
  const absl::Time now = call.at.value_or(clock_.TimeNow());
  call.verdicts.resize(call.signers.size());
  for (size_t i = 0; i < which.size(); ++i) {
    if (which[i]) call.verdicts[i] = JudgeHeader(call, i, *trust, now);
  }
}

stir::HeaderVerdict Verifier::JudgeHeader(const Call& call, size_t i, const TrustSet& trust, absl::Time now) {
  const codec::Url* url = call.examination.certificate_url(i);
  if (url == nullptr) return stir::ConcludeHeader(call.examination, i, {});
  const CachedCertificate& certificate = *call.signers[i].certificate;
  stir::SignerFindings signer;
  signer.chain = &certificate.chain;
  std::vector<std::string> notes;
  metrics::Stopwatch watch(call.meters != nullptr && certificate.chain.ok());
  if (certificate.chain.ok()) {
    const auto& allowed = call.profile->trust_domains;
    ChainVerdict chain = call.at ? ChainJudge::JudgeOnce(*certificate.chain, trust, allowed, now)
                                 : certificate.judge.Judge(*certificate.chain, trust, allowed, now);
    signer.chain_status = std::move(chain.status);
    if (chain.domain != nullptr) ApplyRules(*chain.domain, signer);
    notes = NotesOf(certificate, chain.domain);
    if (call.meters != nullptr) watch.Lap(&call.meters->chain);
  }
  signer.notes = notes;
  stir::HeaderVerdict verdict = stir::ConcludeHeader(call.examination, i, signer);
  if (call.meters != nullptr) watch.Lap(&call.meters->signature);
  verdict.certificate_cached = call.signers[i].cached;
  if (call.dry_run) return verdict;
  if (verdict.passed()) cache_.MarkProven(*url, certificate);
  if (ReasonOf(signer.chain_status) == Reason::kCertificateUntrusted && !certificate.proven()) {
    // The profile's domains do not vouch; another's may.
    const ChainVerdict any = certificate.judge.Judge(*certificate.chain, trust, {}, now);
    if (ReasonOf(any.status) == Reason::kCertificateUntrusted) cache_.MarkUntrusted(*url, certificate);
  }
  return verdict;
}

}  // namespace sti::vs
