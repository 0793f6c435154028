// One shard of the certificate cache: a bounded map with its own lock. Knows no network.
#ifndef SERVICES_VS_CERTIFICATE_SHARD_H_
#define SERVICES_VS_CERTIFICATE_SHARD_H_

#include <cstddef>
#include <list>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/vs/certificate_cache.h"

namespace sti::vs {

// Thread-safe. Chains stand in one of two queues, "probation" and "proven"; failures in a third. Each queue
// is bounded and gives up its oldest entry that was not used since the eviction hand passed ("second chance",
// which unlike LRU needs no writer's lock on a hit).
class CertificateShard {
 public:
  // `capacity` counts chains; probation gets at least a fifth of it even when all else is proven.
  explicit CertificateShard(size_t capacity);

  CachedCertificatePtr Find(const std::string& url, absl::Time now) const;

  enum class Role {
    kAnswered,  // `found` is set: the answer came meanwhile
    kWaits,     // a download is under way; `done` was taken and will be handed out by Complete
    kFetches,   // `done` was taken; the caller must start the download
  };
  Role Join(const std::string& url, absl::Time now, CertificateCache::Callback& done,
            CachedCertificatePtr& found);

  // Stores the outcome of a download, if `keep`, and hands out who waited for it.
  std::vector<CertificateCache::Callback> Complete(const std::string& url, CachedCertificatePtr outcome,
                                                   bool keep);

  void MarkProven(const std::string& url, const CachedCertificate& certificate);
  size_t size() const;

 private:
  enum Segment { kProbation, kProven, kFailed, kSegments };
  using Queue = std::list<std::string>;
  struct Slot {
    CachedCertificatePtr certificate;
    Segment segment;
    Queue::iterator place;
  };

  void Insert(const std::string& url, CachedCertificatePtr certificate, Segment segment);
  void Remove(const std::string& url);
  void EvictFrom(Segment segment);
  size_t BoundOf(Segment segment) const;

  const size_t capacity_;
  mutable std::shared_mutex mutex_;  // guards all below
  absl::flat_hash_map<std::string, Slot> slots_;
  Queue queues_[kSegments];
  absl::flat_hash_map<std::string, std::vector<CertificateCache::Callback>> flights_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_CERTIFICATE_SHARD_H_
