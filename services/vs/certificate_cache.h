// Certificate chains by the URL they came from (certificates.md s7 and s8). URLs are free for an attacker to
// invent, so: one download a URL however many calls wait for it; failures are remembered apart from chains
// and briefly; and a chain becomes hard to displace only once a call passed with it, which nobody brings
// about without a trusted key.
#ifndef SERVICES_VS_CERTIFICATE_CACHE_H_
#define SERVICES_VS_CERTIFICATE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/codec/url.h"
#include "common/http/fetcher.h"
#include "services/vs/cached_certificate.h"

namespace sti::vs {

struct CertificateCacheOptions {
  // At least; a repository may ask for more (RFC 9111), notAfter ends it (ATIS-1000074 s5.3.1).
  absl::Duration lifetime = absl::Hours(24);
  absl::Duration negative_lifetime = absl::Seconds(10);
  size_t entries = 20000;
  bool obey_no_store = false;  // else no-store is passed over, since ATIS-1000074 wants a day
  // Whether a trust domain vouches for a chain now; null: all count alike. A download whose chain none
  // vouches for does not displace a proven one for which one does.
  std::function<bool(const CachedCertificate&)> vouched = nullptr;
  // Told, once each, of URLs whose chain a call passed with, those of Restore included. Quick; may be null.
  std::function<void(const codec::Url&)> proven = nullptr;
};

class CertificateShard;

// Thread-safe.
class CertificateCache {
 public:
  using Callback = std::function<void(CachedCertificatePtr)>;

  // Downloads that calls wait for go through `fetcher`, renewals through `renewals`, so that a flood of the
  // first does not keep the second from what is in use; they may be the same. The references must outlive the
  // cache. Callbacks that are waiting when the cache dies are still called when their download ends.
  CertificateCache(http::HttpFetcher& fetcher, http::HttpFetcher& renewals, const Clock& clock,
                   const CertificateCacheOptions& options);
  CertificateCache(http::HttpFetcher& fetcher, const Clock& clock, const CertificateCacheOptions& options)
      : CertificateCache(fetcher, fetcher, clock, options) {}
  ~CertificateCache();

  // What is known about the URL, failures included; null when a download is needed. Takes a reader's lock
  // only. A proven chain near its end is renewed in the background, and stays in use until its successor is
  // there; a renewal that fails is tried again while the chain is in use.
  CachedCertificatePtr Find(const codec::Url& url);
  // The same, but counts as no use and renews nothing.
  CachedCertificatePtr Peek(const codec::Url& url) const;

  // How many downloads one call may start, both functions below together. What is cached and downloads that
  // others started cost nothing: with a call's 16 headers four calls could take every place there is.
  static constexpr int kDownloadsPerCall = 4;

  // Joins or starts the download, and calls `done` exactly once with a result that is never null: on the
  // fetcher's thread, or on the caller's when the answer is there by now. No lock is held meanwhile.
  // A download that starts is taken off `budget`; without one left it is kCertificateUnavailable, at once and
  // not remembered.
  void Get(const codec::Url& url, int& budget, Callback done);
  void Get(const codec::Url& url, Callback done);

  // A signature did not fit `known`, which came out of the cache, or its chain does not stand: perhaps
  // another certificate stands under the URL by now. Calls `done` exactly once, as Get, with what is there
  // now: a newer one, or `known` again. An attacker can provoke this, so it starts a download once in
  // kRefetchAge for one URL, and for one host as RefetchLimiter says; chains that no call passed with share
  // one such allowance, since an attacker can have them under any number of hosts.
  void Refetch(const codec::Url& url, const CachedCertificatePtr& known, int& budget, Callback done);
  void Refetch(const codec::Url& url, const CachedCertificatePtr& known, Callback done);

  // A call passed with this chain: only other proven chains may displace it from now on.
  void MarkProven(const codec::Url& url, const CachedCertificate& certificate);
  // No trust domain vouches for this chain: unless a call passed with it once, it is kept no longer than a
  // failure, and the first to go.
  void MarkUntrusted(const codec::Url& url, const CachedCertificate& certificate);

  // Forgets what is remembered about these URLs, failures included; how many there were. What is downloaded
  // meanwhile answers those who wait for it already, and is not remembered.
  size_t Purge(const std::function<bool(const std::string& url)>& which);

  // Chains, without remembered failures.
  size_t size() const;

  // Every proven chain, for keeping over a restart.
  struct Kept {
    std::string url;
    CachedCertificatePtr certificate;
  };
  std::vector<Kept> Proven() const;
  // Grows whenever Proven would give something else.
  uint64_t proven_version() const;
  // Puts a chain back as proven, unless there is one for the URL already or its time is over.
  void Restore(const codec::Url& url, pki::CertificateChain chain, absl::Time fetched, absl::Time expires);

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_CERTIFICATE_CACHE_H_
