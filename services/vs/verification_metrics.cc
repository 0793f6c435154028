#include "services/vs/verification_metrics.h"

#include <algorithm>
#include <utility>

#include "common/stir/number_authority.h"

namespace sti::vs {
namespace {

double Seconds(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return 0;
  return static_cast<double>(absl::ToUnixMillis(time)) / 1000;
}

const stir::SignerInfo& DecisiveSigner(const stir::CallVerdict& verdict) {
  const bool known = verdict.decided_by.has_value() && *verdict.decided_by < verdict.headers.size();
  return known ? verdict.headers[*verdict.decided_by].signer : verdict.signer;
}

class CountingFetcher final : public http::HttpFetcher {
 public:
  CountingFetcher(metrics::Metrics& metrics, const Clock& clock, const std::string& purpose, HostTally& hosts,
                  std::unique_ptr<http::HttpFetcher> fetcher)
      : clock_(clock),
        hosts_(hosts),
        seconds_(metrics.HistogramOf("sti_vs_fetch_seconds", "Downloads of certificates.",
                                     metrics::LatencyBuckets(), {{"purpose", purpose}})),
        fetcher_(std::move(fetcher)) {
    for (size_t i = 0; i < results_.size(); ++i) {
      const auto reason = static_cast<Reason>(i);
      // What HttpFetcher promises; anything else would be a fault of ours.
      if (reason != Reason::kNone && reason != Reason::kCertificateUnavailable &&
          reason != Reason::kCertificateFetchTimeout && reason != Reason::kCertificateAddressRefused &&
          reason != Reason::kOverloaded && reason != Reason::kInternal) {
        continue;
      }
      results_[i] = &metrics.CounterOf("sti_vs_fetches_total", "Downloads of certificates by result.",
                                       {{"purpose", purpose}, {"result", std::string(ReasonName(reason))}});
    }
  }

  void Fetch(const codec::Url& url, Callback done) override {
    fetcher_->Fetch(url, [this, begun = clock_.TimeNow(), host = url.host(),
                          done = std::move(done)](absl::StatusOr<http::FetchResponse> response) {
      seconds_.Observe(std::max(0.0, absl::ToDoubleSeconds(clock_.TimeNow() - begun)));
      Reason result = ReasonOf(response.status());
      if (results_[static_cast<size_t>(result)] == nullptr) result = Reason::kInternal;
      results_[static_cast<size_t>(result)]->Increment();
      hosts_.Note(host, result);
      done(std::move(response));
    });
  }

 private:
  const Clock& clock_;
  HostTally& hosts_;
  metrics::Histogram& seconds_;
  std::array<metrics::Counter*, kReasonCount> results_{};
  const std::unique_ptr<http::HttpFetcher> fetcher_;  // dies first: its callbacks use the rest
};

}  // namespace

VerificationMetrics::VerificationMetrics(metrics::Metrics& metrics, const Clock& clock)
    : metrics_(metrics),
      clock_(clock),
      hosts_(metrics),
      replays_(metrics.CounterOf("sti_vs_replays_total", "Calls in which a replay was suspected.")) {
  for (size_t i = 0; i < refusals_.size(); ++i) {
    refusals_[i] = &metrics.CounterOf("sti_vs_refusals_total", "Requests that got no verdict, by Reason.",
                                      {{"reason", std::string(ReasonName(static_cast<Reason>(i)))}});
  }
}

std::string VerificationMetrics::SignerOf(const stir::CallVerdict& verdict) {
  const stir::SignerInfo& signer = DecisiveSigner(verdict);
  if (signer.trust_domain.empty() || signer.spc.empty()) return "none";
  if (calls_.contains(signer.spc)) return signer.spc;
  // Beside the signers there are "none" and "other".
  return calls_.size() < kSigners ? signer.spc : "other";
}

void VerificationMetrics::Judged(const absl::StatusOr<stir::CallVerdict>& verdict) {
  if (!verdict.ok()) {
    refusals_[static_cast<size_t>(ReasonOf(verdict.status()))]->Increment();
    return;
  }
  if (verdict->replay_suspected) replays_.Increment();
  const size_t place =
      static_cast<size_t>(verdict->verstat) * kReasonCount + static_cast<size_t>(verdict->reason);
  MutexLock lock(mutex_);
  const std::string signer = SignerOf(*verdict);
  metrics::Counter*& counter = calls_[signer][place];
  if (counter == nullptr) {
    counter = &metrics_.CounterOf("sti_vs_calls_total", "Verdicts.",
                                  {{"verdict", std::string(VerstatText(verdict->verstat))},
                                   {"reason", std::string(ReasonName(verdict->reason))},
                                   {"signer", signer}});
  }
  counter->Increment();
}

std::unique_ptr<http::HttpFetcher> VerificationMetrics::Count(const std::string& purpose,
                                                              std::unique_ptr<http::HttpFetcher> fetcher) {
  return std::make_unique<CountingFetcher>(metrics_, clock_, purpose, hosts_, std::move(fetcher));
}

void VerificationMetrics::ReportTrust(const TrustSet& trust,
                                      const std::vector<std::shared_ptr<const DomainHealth>>& health) {
  for (size_t i = 0; i < trust.domains.size() && i < health.size(); ++i) {
    const TrustState* state = trust.domains[i].state.get();
    const bool crl = state != nullptr && state->crl != nullptr;
    const auto set = [&](const char* name, const char* help, double value) {
      metrics_.GaugeOf(name, help, {{"domain", trust.domains[i].rules->name}}).Set(value);
    };
    set("sti_vs_trust_list_sequence", "Of the trust list in use.",
        state != nullptr ? static_cast<double>(state->sequence) : 0);
    set("sti_vs_trust_list_expiry_timestamp_seconds", "End of the trust list in use.",
        state != nullptr ? Seconds(state->expires) : 0);
    set("sti_vs_trust_list_confirmed_timestamp_seconds",
        "When the STI-PA last delivered the trust list in use.", Seconds(health[i]->list_confirmed));
    set("sti_vs_crl_expiry_timestamp_seconds", "nextUpdate of the CRL in use.",
        crl ? Seconds(state->crl->next_update()) : 0);
    set("sti_vs_crl_confirmed_timestamp_seconds", "When the STI-PA last delivered the CRL in use.",
        Seconds(health[i]->crl_confirmed));
    const bool numbers = state != nullptr && state->numbers != nullptr;
    set("sti_vs_number_list_expiry_timestamp_seconds",
        "End of the number authority list in use; 0 without one.",
        numbers ? Seconds(state->numbers->expires()) : 0);
    set("sti_vs_trust_trouble", "1 while a document cannot be had, or is too old.",
        health[i]->trouble.empty() ? 0 : 1);
  }
}

void VerificationMetrics::ReportRoots(const std::string& domain, const std::vector<pki::Certificate>& roots) {
  absl::Time end = absl::InfinitePast();
  for (const pki::Certificate& root : roots) end = std::max(end, root.not_after());
  metrics_
      .GaugeOf("sti_vs_pa_root_expiry_timestamp_seconds",
               "End of the STI-PA's pinned root; of the last of several.", {{"domain", domain}})
      .Set(Seconds(end));
}

void VerificationMetrics::ReportCertificates(const std::vector<CertificateCache::Kept>& proven) {
  absl::Time fetched = absl::InfiniteFuture(), end = absl::InfiniteFuture();
  for (const CertificateCache::Kept& kept : proven) {
    if (!kept.certificate->chain.ok()) continue;
    fetched = std::min(fetched, kept.certificate->fetched);
    end = std::min(end, kept.certificate->chain->leaf().not_after());
  }
  Report("sti_vs_certificate_oldest_fetch_timestamp_seconds",
         "When the eldest chain that a call passed with was downloaded.", Seconds(fetched));
  Report("sti_vs_certificate_first_expiry_timestamp_seconds",
         "notAfter of the leaf that ends first, among chains that a call passed with.", Seconds(end));
}

}  // namespace sti::vs
