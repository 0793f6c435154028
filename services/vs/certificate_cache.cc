#include "services/vs/certificate_cache.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/reason.h"
#include "services/vs/certificate_shard.h"

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

}  // namespace

absl::Duration MaxAgeOf(absl::string_view cache_control) {
  for (absl::string_view directive : absl::StrSplit(cache_control, ',')) {
    directive = absl::StripAsciiWhitespace(directive);
    if (!absl::StartsWithIgnoreCase(directive, "max-age=")) continue;
    directive.remove_prefix(8);
    if (absl::ConsumePrefix(&directive, "\"")) absl::ConsumeSuffix(&directive, "\"");
    int64_t seconds = 0;
    if (!absl::SimpleAtoi(directive, &seconds) || seconds < 0) return absl::ZeroDuration();
    return absl::Seconds(seconds);
  }
  return absl::ZeroDuration();
}

// Shared with the downloads under way, so that a late one finds its waiters.
class CertificateCache::State {
 public:
  State(http::HttpFetcher& http_fetcher, const Clock& time, const CertificateCacheOptions& settings)
      : fetcher(http_fetcher), clock(time), options(settings) {
    const size_t count = ShardsFor(settings.entries);
    for (size_t i = 0; i < count; ++i) {
      shards.push_back(std::make_unique<CertificateShard>((settings.entries + count - 1) / count));
    }
  }

  CertificateShard& ShardOf(const std::string& url) {
    return *shards[absl::Hash<std::string>()(url) % shards.size()];
  }

  void Complete(const std::string& url, const absl::StatusOr<http::FetchResponse>& response) {
    absl::StatusOr<pki::CertificateChain> chain = ChainOf(response);
    const absl::Time now = clock.TimeNow();
    absl::Time expires = now + options.negative_lifetime;
    if (chain.ok()) {
      const absl::Duration lifetime = std::max(options.lifetime, MaxAgeOf(response->cache_control));
      // An expired chain is remembered as briefly as a failure: its successor may come under the same URL.
      expires = std::max(expires, std::min(now + lifetime, chain->leaf().not_after()));
    }
    // A refusal for want of capacity says nothing about the URL.
    const bool keep = response.ok() || ReasonOf(response.status()) != Reason::kOverloaded;
    const auto outcome = std::make_shared<CachedCertificate>(std::move(chain), expires);
    for (const Callback& done : ShardOf(url).Complete(url, outcome, keep)) done(outcome);
  }

  http::HttpFetcher& fetcher;
  const Clock& clock;
  const CertificateCacheOptions options;
  std::vector<std::unique_ptr<CertificateShard>> shards;
};

CertificateCache::CertificateCache(http::HttpFetcher& fetcher, const Clock& clock,
                                   const CertificateCacheOptions& options)
    : state_(std::make_shared<State>(fetcher, clock, options)) {}
CertificateCache::~CertificateCache() = default;

CachedCertificatePtr CertificateCache::Find(const codec::Url& url) const {
  return state_->ShardOf(url.text()).Find(url.text(), state_->clock.TimeNow());
}

void CertificateCache::Get(const codec::Url& url, Callback done) {
  CachedCertificatePtr found;
  switch (state_->ShardOf(url.text()).Join(url.text(), state_->clock.TimeNow(), done, found)) {
    case CertificateShard::Role::kAnswered:
      done(std::move(found));
      return;
    case CertificateShard::Role::kWaits:
      return;
    case CertificateShard::Role::kFetches:
      state_->fetcher.Fetch(
          url, [state = state_, text = url.text()](absl::StatusOr<http::FetchResponse> response) {
            state->Complete(text, response);
          });
      return;
  }
}

void CertificateCache::MarkProven(const codec::Url& url, const CachedCertificate& certificate) {
  state_->ShardOf(url.text()).MarkProven(url.text(), certificate);
}

size_t CertificateCache::size() const {
  size_t total = 0;
  for (const auto& shard : state_->shards) total += shard->size();
  return total;
}

}  // namespace sti::vs
