// Certificate chains by the URL they came from (certificates.md s7 and s8). URLs are free for an attacker to
// invent, so: one download a URL however many calls wait for it; failures are remembered apart from chains
// and briefly; and a chain becomes hard to displace only once a call passed with it, which nobody brings
// about without a trusted key.
#ifndef SERVICES_VS_CERTIFICATE_CACHE_H_
#define SERVICES_VS_CERTIFICATE_CACHE_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/codec/url.h"
#include "common/http/fetcher.h"
#include "common/pki/certificate.h"
#include "services/vs/chain_judge.h"

namespace sti::vs {

// What a URL delivered. Immutable but for the marks and the remembered judgement. Thread-safe.
struct CachedCertificate {
  CachedCertificate(absl::StatusOr<pki::CertificateChain> delivered, absl::Time until)
      : chain(std::move(delivered)), expires(until) {}

  // Or why there is none: an E8 reason (download) or an E17 reason (not a chain).
  const absl::StatusOr<pki::CertificateChain> chain;
  const absl::Time expires;  // not used from this time on
  ChainJudge judge;

 private:
  friend class CertificateShard;
  mutable std::atomic<bool> used_{false};    // since the eviction hand passed last
  mutable std::atomic<bool> proven_{false};  // a call passed with it
};
using CachedCertificatePtr = std::shared_ptr<const CachedCertificate>;

struct CertificateCacheOptions {
  absl::Duration lifetime =
      absl::Hours(24);  // at least; a longer Cache-Control max-age counts, notAfter ends it
  absl::Duration negative_lifetime = absl::Seconds(10);
  size_t entries = 20000;
};

// max-age of a Cache-Control value (RFC 9111 s5.2.2.1); zero when absent or not a number.
absl::Duration MaxAgeOf(absl::string_view cache_control);

class CertificateShard;

// Thread-safe.
class CertificateCache {
 public:
  using Callback = std::function<void(CachedCertificatePtr)>;

  // `fetcher` and `clock` must outlive the cache. Callbacks that are waiting when the cache dies are still
  // called when their download ends.
  CertificateCache(http::HttpFetcher& fetcher, const Clock& clock, const CertificateCacheOptions& options);
  ~CertificateCache();

  // What is known about the URL, failures included; null when a download is needed. Takes a reader's lock
  // only.
  CachedCertificatePtr Find(const codec::Url& url) const;

  // Joins or starts the download, and calls `done` exactly once with a result that is never null: on the
  // fetcher's thread, or on the caller's when the answer is there by now. No lock is held meanwhile.
  void Get(const codec::Url& url, Callback done);

  // A call passed with this chain: only other proven chains may displace it from now on.
  void MarkProven(const codec::Url& url, const CachedCertificate& certificate);

  // Chains, without remembered failures.
  size_t size() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_CERTIFICATE_CACHE_H_
