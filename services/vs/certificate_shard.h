// One shard of the certificate cache: a bounded map with its own lock. Knows no network.
#ifndef SERVICES_VS_CERTIFICATE_SHARD_H_
#define SERVICES_VS_CERTIFICATE_SHARD_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "services/vs/certificate_cache.h"

namespace sti::vs {

// Thread-safe. Chains stand in one of two queues, "probation" and "proven"; failures in a third. Each queue
// is bounded and gives up its oldest entry that was not used since the eviction hand passed ("second chance",
// which unlike LRU needs no writer's lock on a hit).
class CertificateShard {
 public:
  // `capacity` counts chains. Probation is a fifth of it, and no more even while there are few proven ones:
  // strangers choose what stands there, up to limits::kChainBody each.
  explicit CertificateShard(size_t capacity);

  // `use` counts for eviction.
  CachedCertificatePtr Find(const std::string& url, absl::Time now, bool use) const;

  enum class Role {
    kAnswered,  // `found` is set: the answer came meanwhile
    kWaits,     // a download is under way; `done` was taken and will be handed out by Complete
    kFetches,   // `done` was taken; the caller must start the download
    kRefused,   // a download is needed, and may not start
  };
  // Asked at most once, under the shard's lock, and only when a download is about to start.
  using MayStart = absl::FunctionRef<bool()>;
  // A download and who waits for it; guarded by the shard's lock.
  struct Flight {
    std::vector<CertificateCache::Callback> waiting;
    bool purged = false;  // its outcome is not kept
  };
  using FlightPtr = std::shared_ptr<Flight>;
  // An entry that is `outdated` is no answer; null: any is. `flight` is set for kFetches.
  Role Join(const std::string& url, absl::Time now, const CachedCertificate* outdated, MayStart may_start,
            CertificateCache::Callback& done, CachedCertificatePtr& found, FlightPtr& flight);
  // Starts a download that nobody waits for yet; null when one is under way.
  FlightPtr StartFlight(const std::string& url);

  // The end of a download: who waited for it, and what they get.
  struct Landing {
    std::vector<CertificateCache::Callback> waiting;
    CachedCertificatePtr outcome;
  };
  // Stores the outcome, if `keep` and no Purge came meanwhile. A failure does not displace a chain whose time
  // is not over, nor does anything displace `better`; null: there is none. The one that stays is what they
  // get then.
  Landing Complete(const std::string& url, const FlightPtr& flight, CachedCertificatePtr outcome, bool keep,
                   const CachedCertificate* better, absl::Time now);

  // False when it was so before, or is no longer here.
  bool MarkProven(const std::string& url, const CachedCertificate& certificate);
  // Counts once for an entry, and only for one on probation: that ends at `until`.
  void MarkUntrusted(const std::string& url, const CachedCertificate& certificate, absl::Time until);
  size_t size() const;
  // Downloads that began before it are not kept, and nobody joins them any more.
  size_t Purge(const std::function<bool(const std::string& url)>& which);

  void AppendProven(std::vector<CertificateCache::Kept>& all) const;
  uint64_t proven_version() const { return proven_version_.load(std::memory_order_relaxed); }
  void Restore(const std::string& url, CachedCertificatePtr certificate);

 private:
  enum Segment { kProbation, kProven, kFailed, kSegments };
  using Queue = std::list<std::string>;
  struct Slot {
    CachedCertificatePtr certificate;
    Segment segment;
    Queue::iterator place;
    absl::Time until;  // the certificate's `expires`, or sooner
  };

  void Insert(const std::string& url, CachedCertificatePtr certificate, Segment segment);
  void Remove(const std::string& url);
  void EvictFrom(Segment segment);
  size_t BoundOf(Segment segment) const;

  const size_t capacity_;
  std::atomic<uint64_t> proven_version_{0};
  mutable std::shared_mutex mutex_;  // guards all below
  absl::flat_hash_map<std::string, Slot> slots_;
  Queue queues_[kSegments];
  absl::flat_hash_map<std::string, FlightPtr> flights_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_CERTIFICATE_SHARD_H_
