#include "services/vs/certificate_cache.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "common/base/reason.h"
#include "common/http/freshness.h"
#include "services/vs/certificate_shard.h"
#include "services/vs/refetch_limiter.h"

namespace sti::vs {
namespace {

// Small caches get one shard, so that their bound means what it says.
size_t ShardsFor(size_t entries) { return entries < 1024 ? 1 : 16; }

absl::StatusOr<pki::CertificateChain> ChainOf(const absl::StatusOr<http::FetchResponse>& response) {
  if (response.ok()) return pki::CertificateChain::Parse(response->body);
  // Too many downloads is this daemon's own trouble; towards the call it is a certificate that could not be
  // had.
  if (RowOf(ReasonOf(response.status())).table_row == 8) return response.status();
  return MakeError(Reason::kCertificateUnavailable, response.status().message());
}

// From 10 to 20 hundredths of the time before the end. Chains that were fetched together come due apart,
// since the URL decides: no random number is needed that an attacker must not know.
absl::Time RenewalTime(const std::string& url, absl::Time fetched, absl::Time expires) {
  if (expires - fetched < 2 * kRenewalPause) return expires;  // a failure, or expired when it came
  const double part = 0.1 + 0.1 * static_cast<double>(absl::Hash<std::string>()(url) % 1000) / 1000;
  return expires - (expires - fetched) * part;
}

}  // namespace

// Shared with the downloads under way, so that a late one finds its waiters.
class CertificateCache::State {
 public:
  State(http::HttpFetcher& http_fetcher, http::HttpFetcher& renewal_fetcher, const Clock& time,
        const CertificateCacheOptions& settings)
      : fetcher(http_fetcher), renewals(renewal_fetcher), clock(time), options(settings) {
    const size_t count = ShardsFor(settings.entries);
    for (size_t i = 0; i < count; ++i) {
      shards.push_back(std::make_unique<CertificateShard>((settings.entries + count - 1) / count));
    }
  }

  CertificateShard& ShardOf(const std::string& url) {
    return *shards[absl::Hash<std::string>()(url) % shards.size()];
  }

  // The flight for this URL must have been started.
  static void Fetch(const std::shared_ptr<State>& self, http::HttpFetcher& through, const codec::Url& url,
                    CertificateShard::FlightPtr flight) {
    through.Fetch(url, [self, text = url.text(),
                        flight = std::move(flight)](const absl::StatusOr<http::FetchResponse>& response) {
      self->Complete(text, flight, response);
    });
  }

  // What is held for the URL and must not give way to `outcome`; null when nothing is. Asked without a lock,
  // since it verifies signatures.
  CachedCertificatePtr BetterThan(const CachedCertificate& outcome, const std::string& url, absl::Time now) {
    if (options.vouched == nullptr || !outcome.chain.ok()) return nullptr;
    CachedCertificatePtr held = ShardOf(url).Find(url, now, /*use=*/false);
    if (held == nullptr || !held->proven() || !held->chain.ok()) return nullptr;
    if (held->chain->sha256() == outcome.chain->sha256()) return nullptr;
    return !options.vouched(outcome) && options.vouched(*held) ? held : nullptr;
  }

  void Complete(const std::string& url, const CertificateShard::FlightPtr& flight,
                const absl::StatusOr<http::FetchResponse>& response) {
    absl::StatusOr<pki::CertificateChain> chain = ChainOf(response);
    const absl::Time now = clock.TimeNow();
    absl::Time expires = now + options.negative_lifetime;
    if (chain.ok()) {
      const absl::Duration lifetime = std::max(options.lifetime, http::FreshnessOf(*response, now));
      // An expired chain is remembered as briefly as a failure: its successor may come under the same URL.
      expires = std::max(expires, std::min(now + lifetime, chain->leaf().not_after()));
    }
    // A refusal for want of capacity says nothing about the URL.
    const bool keep = response.ok() ? !(options.obey_no_store && http::SaysNoStore(*response))
                                    : ReasonOf(response.status()) != Reason::kOverloaded;
    auto outcome =
        std::make_shared<CachedCertificate>(std::move(chain), now, RenewalTime(url, now, expires), expires);
    const CachedCertificatePtr better = BetterThan(*outcome, url, now);
    CertificateShard::Landing landing =
        ShardOf(url).Complete(url, flight, std::move(outcome), keep, better.get(), now);
    for (const Callback& done : landing.waiting) done(landing.outcome);
  }

  // `done` gets the answer, now or later; `instead` where a download was needed and `may_start` said no.
  static void JoinOrFetch(const std::shared_ptr<State>& self, const codec::Url& url,
                          const CachedCertificate* outdated, CertificateShard::MayStart may_start,
                          const std::function<CachedCertificatePtr()>& instead, Callback done) {
    CachedCertificatePtr found;
    CertificateShard::FlightPtr flight;
    switch (self->ShardOf(url.text())
                .Join(url.text(), self->clock.TimeNow(), outdated, may_start, done, found, flight)) {
      case CertificateShard::Role::kAnswered:
        return done(std::move(found));
      case CertificateShard::Role::kWaits:
        return;
      case CertificateShard::Role::kRefused:
        return done(instead());
      case CertificateShard::Role::kFetches:
        return Fetch(self, self->fetcher, url, std::move(flight));
    }
  }

  http::HttpFetcher& fetcher;
  http::HttpFetcher& renewals;
  const Clock& clock;
  const CertificateCacheOptions options;
  RefetchLimiter limiter;
  std::vector<std::unique_ptr<CertificateShard>> shards;
};

CertificateCache::CertificateCache(http::HttpFetcher& fetcher, http::HttpFetcher& renewals,
                                   const Clock& clock, const CertificateCacheOptions& options)
    : state_(std::make_shared<State>(fetcher, renewals, clock, options)) {}
CertificateCache::~CertificateCache() = default;

CachedCertificatePtr CertificateCache::Find(const codec::Url& url) {
  CertificateShard& shard = state_->ShardOf(url.text());
  const absl::Time now = state_->clock.TimeNow();
  CachedCertificatePtr found = shard.Find(url.text(), now, /*use=*/true);
  // An unproven one is not renewed: whoever invents URLs would have it downloaded for ever.
  if (found != nullptr && found->proven() && found->ClaimRenewal(now)) {
    auto flight = shard.StartFlight(url.text());
    if (flight != nullptr) State::Fetch(state_, state_->renewals, url, std::move(flight));
  }
  return found;
}

CachedCertificatePtr CertificateCache::Peek(const codec::Url& url) const {
  return state_->ShardOf(url.text()).Find(url.text(), state_->clock.TimeNow(), /*use=*/false);
}

void CertificateCache::Get(const codec::Url& url, int& budget, Callback done) {
  const auto in_budget = [&budget] { return budget > 0 && budget-- > 0; };
  const auto refusal = [this]() -> CachedCertificatePtr {
    const absl::Time now = state_->clock.TimeNow();
    return std::make_shared<CachedCertificate>(
        MakeError(Reason::kCertificateUnavailable, "one call may not cause more downloads"), now, now, now);
  };
  State::JoinOrFetch(state_, url, nullptr, in_budget, refusal, std::move(done));
}

void CertificateCache::Get(const codec::Url& url, Callback done) {
  int budget = 1;
  Get(url, budget, std::move(done));
}

void CertificateCache::Refetch(const codec::Url& url, const CachedCertificatePtr& known, int& budget,
                               Callback done) {
  const absl::Time now = state_->clock.TimeNow();
  // Asked only when a download would start: calls that wait for one that is under way cost nothing.
  const auto may_start = [&] {
    if (budget <= 0 || !known->ClaimRefetch(now)) return false;
    if (!state_->limiter.Admit(known->proven() ? url.host() : "", now)) return false;
    --budget;
    return true;
  };
  State::JoinOrFetch(
      state_, url, known.get(), may_start, [&known] { return known; }, std::move(done));
}

void CertificateCache::Refetch(const codec::Url& url, const CachedCertificatePtr& known, Callback done) {
  int budget = 1;
  Refetch(url, known, budget, std::move(done));
}

void CertificateCache::MarkProven(const codec::Url& url, const CachedCertificate& certificate) {
  const bool first = state_->ShardOf(url.text()).MarkProven(url.text(), certificate);
  if (first && state_->options.proven != nullptr) state_->options.proven(url);
}

void CertificateCache::MarkUntrusted(const codec::Url& url, const CachedCertificate& certificate) {
  const absl::Time until = state_->clock.TimeNow() + state_->options.negative_lifetime;
  state_->ShardOf(url.text()).MarkUntrusted(url.text(), certificate, until);
}

size_t CertificateCache::Purge(const std::function<bool(const std::string& url)>& which) {
  size_t purged = 0;
  for (const auto& shard : state_->shards) purged += shard->Purge(which);
  return purged;
}

size_t CertificateCache::size() const {
  size_t total = 0;
  for (const auto& shard : state_->shards) total += shard->size();
  return total;
}

std::vector<CertificateCache::Kept> CertificateCache::Proven() const {
  std::vector<Kept> all;
  for (const auto& shard : state_->shards) shard->AppendProven(all);
  return all;
}

uint64_t CertificateCache::proven_version() const {
  uint64_t total = 0;
  for (const auto& shard : state_->shards) total += shard->proven_version();
  return total;
}

void CertificateCache::Restore(const codec::Url& url, pki::CertificateChain chain, absl::Time fetched,
                               absl::Time expires) {
  const absl::Time now = state_->clock.TimeNow();
  fetched = std::min(fetched, now);
  expires = std::min(expires, chain.leaf().not_after());
  if (expires <= now) return;
  state_->ShardOf(url.text())
      .Restore(url.text(),
               std::make_shared<CachedCertificate>(std::move(chain), fetched,
                                                   RenewalTime(url.text(), fetched, expires), expires));
  if (state_->options.proven != nullptr) state_->options.proven(url);
}

}  // namespace sti::vs
