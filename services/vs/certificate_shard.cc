#include "services/vs/certificate_shard.h"

#include <algorithm>
#include <mutex>

namespace sti::vs {

CertificateShard::CertificateShard(size_t capacity) : capacity_(std::max<size_t>(capacity, 2)) {}

CachedCertificatePtr CertificateShard::Find(const std::string& url, absl::Time now, bool use) const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto it = slots_.find(url);
  if (it == slots_.end() || now >= it->second.until) return nullptr;
  // Written only when it changes: a hot entry's cache line stays shared between the cores.
  std::atomic<bool>& used = it->second.certificate->used_;
  if (use && !used.load(std::memory_order_relaxed)) used.store(true, std::memory_order_relaxed);
  return it->second.certificate;
}

CertificateShard::Role CertificateShard::Join(const std::string& url, absl::Time now,
                                              const CachedCertificate* outdated, MayStart may_start,
                                              CertificateCache::Callback& done, CachedCertificatePtr& found,
                                              FlightPtr& flight) {
  std::unique_lock<std::shared_mutex> lock(mutex_);
  const auto it = slots_.find(url);
  if (it != slots_.end() && now < it->second.until && it->second.certificate.get() != outdated) {
    found = it->second.certificate;
    return Role::kAnswered;
  }
  const auto under_way = flights_.find(url);
  if (under_way != flights_.end()) {
    under_way->second->waiting.push_back(std::move(done));
    return Role::kWaits;
  }
  if (!may_start()) return Role::kRefused;
  flight = std::make_shared<Flight>();
  flight->waiting.push_back(std::move(done));
  flights_[url] = flight;
  return Role::kFetches;
}

CertificateShard::FlightPtr CertificateShard::StartFlight(const std::string& url) {
  std::unique_lock<std::shared_mutex> lock(mutex_);
  const auto [place, started] = flights_.try_emplace(url);
  if (!started) return nullptr;
  place->second = std::make_shared<Flight>();
  return place->second;
}

CertificateShard::Landing CertificateShard::Complete(const std::string& url, const FlightPtr& flight,
                                                     CachedCertificatePtr outcome, bool keep,
                                                     const CachedCertificate* better, absl::Time now) {
  std::unique_lock<std::shared_mutex> lock(mutex_);
  Landing landing{std::move(flight->waiting), outcome};
  if (flight->purged) return landing;
  flights_.erase(url);
  const auto old = slots_.find(url);
  if (old != slots_.end()) {
    const CachedCertificatePtr& held = old->second.certificate;
    const bool stays = held.get() == better || !outcome->chain.ok();
    if (stays && held->chain.ok() && now < old->second.until) {
      landing.outcome = held;
      return landing;
    }
  }
  if (!keep) return landing;
  Segment segment = outcome->chain.ok() ? kProbation : kFailed;
  if (old != slots_.end()) {
    // A renewed entry keeps its rank; whoever made it proven holds a trusted key for this URL.
    if (old->second.segment == kProven && segment == kProbation) {
      segment = kProven;
      outcome->proven_.store(true, std::memory_order_relaxed);
    }
    Remove(url);
  }
  Insert(url, std::move(outcome), segment);
  return landing;
}

bool CertificateShard::MarkProven(const std::string& url, const CachedCertificate& certificate) {
  if (certificate.proven_.load(std::memory_order_relaxed)) return false;
  std::unique_lock<std::shared_mutex> lock(mutex_);
  const auto it = slots_.find(url);
  if (it == slots_.end() || it->second.certificate.get() != &certificate || it->second.segment != kProbation)
    return false;
  certificate.proven_.store(true, std::memory_order_relaxed);
  certificate.untrusted_.store(false, std::memory_order_relaxed);  // the trust list knows it by now
  const CachedCertificatePtr kept = it->second.certificate;
  Remove(url);
  Insert(url, kept, kProven);
  return true;
}

void CertificateShard::MarkUntrusted(const std::string& url, const CachedCertificate& certificate,
                                     absl::Time until) {
  if (certificate.untrusted_.load(std::memory_order_relaxed)) return;
  std::unique_lock<std::shared_mutex> lock(mutex_);
  const auto it = slots_.find(url);
  if (it == slots_.end() || it->second.certificate.get() != &certificate) return;
  Slot& slot = it->second;
  if (slot.segment != kProbation || certificate.untrusted_.exchange(true, std::memory_order_relaxed)) return;
  slot.until = std::min(slot.until, until);
  Queue& queue = queues_[kProbation];
  queue.splice(queue.begin(), queue, slot.place);
}

size_t CertificateShard::Purge(const std::function<bool(const std::string& url)>& which) {
  std::unique_lock<std::shared_mutex> lock(mutex_);
  std::vector<std::string> purged;
  for (const auto& [url, slot] : slots_) {
    if (which(url)) purged.push_back(url);
  }
  for (const std::string& url : purged) Remove(url);
  for (auto it = flights_.begin(); it != flights_.end();) {
    const auto flight = it++;
    if (!which(flight->first)) continue;
    flight->second->purged = true;
    flights_.erase(flight);
  }
  return purged.size();
}

void CertificateShard::AppendProven(std::vector<CertificateCache::Kept>& all) const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  for (const std::string& url : queues_[kProven]) all.push_back({url, slots_.find(url)->second.certificate});
}

void CertificateShard::Restore(const std::string& url, CachedCertificatePtr certificate) {
  std::unique_lock<std::shared_mutex> lock(mutex_);
  if (slots_.count(url) != 0) return;
  certificate->proven_.store(true, std::memory_order_relaxed);
  Insert(url, std::move(certificate), kProven);
}

size_t CertificateShard::size() const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  return queues_[kProbation].size() + queues_[kProven].size();
}

size_t CertificateShard::BoundOf(Segment segment) const {
  const size_t fifth = std::max<size_t>(capacity_ / 5, 1);
  return segment == kProven ? capacity_ - fifth : fifth;  // a fifth for failures too: short-lived and small
}

void CertificateShard::Insert(const std::string& url, CachedCertificatePtr certificate, Segment segment) {
  if (segment == kProven) proven_version_.fetch_add(1, std::memory_order_relaxed);
  while (queues_[segment].size() >= BoundOf(segment)) EvictFrom(segment);
  queues_[segment].push_back(url);
  const absl::Time until = certificate->expires;
  slots_[url] = Slot{std::move(certificate), segment, std::prev(queues_[segment].end()), until};
}

void CertificateShard::Remove(const std::string& url) {
  const auto it = slots_.find(url);
  if (it->second.segment == kProven) proven_version_.fetch_add(1, std::memory_order_relaxed);
  queues_[it->second.segment].erase(it->second.place);
  slots_.erase(it);
}

void CertificateShard::EvictFrom(Segment segment) {
  Queue& queue = queues_[segment];
  // Ends: each turn clears a mark or removes an entry. New marks can not appear meanwhile, they need the
  // lock.
  while (true) {
    const auto it = slots_.find(queue.front());
    const CachedCertificate& certificate = *it->second.certificate;
    if (!certificate.untrusted_.load(std::memory_order_relaxed) &&
        certificate.used_.exchange(false, std::memory_order_relaxed)) {
      queue.splice(queue.end(), queue, queue.begin());
      continue;
    }
    slots_.erase(it);
    queue.pop_front();
    return;
  }
}

}  // namespace sti::vs
