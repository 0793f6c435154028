// One call in, one verdict out. No thread waits for a download or for another daemon: the verdict comes by
// callback, on the calling thread when every certificate is cached and nobody else is to be asked.
#ifndef SERVICES_VS_VERIFIER_H_
#define SERVICES_VS_VERIFIER_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/metrics/stopwatch.h"
#include "common/stir/passport_verifier.h"
#include "common/stir/verdict.h"
#include "services/vs/call_facts.h"
#include "services/vs/call_meters.h"
#include "services/vs/certificate_cache.h"
#include "services/vs/client_profile.h"
#include "services/vs/replay_guard.h"
#include "services/vs/trust_board.h"

namespace sti::vs {

struct VerifierOptions {
  // Calls that wait for a download at one time.
  size_t max_pending = 4096;
  // How long a PASSporT is remembered to notice a replay, at least: ProfileTable::LongestUse.
  absl::Duration replay_time = absl::ZeroDuration();
  // Told of each call's verdict before it is given, but of none that leaves no trace. Quick; may be null.
  std::function<void(const absl::StatusOr<stir::CallVerdict>&)> observe = nullptr;
  // Measures the same calls. Null: no clock is read for it.
  const CallMeters* meters = nullptr;
};

// Runs a task soon, on another thread or on this one.
using Executor = std::function<void(std::function<void()>)>;

// Thread-safe.
class Verifier {
 public:
  using Done = std::function<void(absl::StatusOr<stir::CallVerdict>)>;

  // The references must outlive the verifier, and the verifier every download and replay check under way.
  // Calls that had to wait are judged through `executor`, so that signature checks do not hold up the thread
  // that they waited for. `replay` null: replay is not judged.
  Verifier(CertificateCache& cache, const TrustBoard& trust, const Clock& clock, Executor executor,
           const VerifierOptions& options, ReplayGuard* replay = nullptr);

  // Judges by `profile`, which must outlive the call. Calls `done` exactly once. kNotReady while none of its
  // trust domains has a list; kMissingField, kInvalidField, kTooLarge for the call's facts; kOverloaded when
  // too many calls wait.
  void Verify(const IncomingCall& incoming, const ClientProfile& profile, Done done);

  size_t pending() const { return pending_.load(std::memory_order_relaxed); }
  // Those that wait, and those that are judged now.
  size_t in_flight() const { return under_way_.load(std::memory_order_relaxed); }

  // Returns once no call is under way; none may come meanwhile. For the end of the daemon.
  void AwaitIdle() const;

 private:
  // The certificate of one PASSporT.
  struct Signer {
    CachedCertificatePtr certificate;
    bool cached = false;
  };
  // One call on its way. A signer and, once judged, a verdict for each PASSporT.
  struct Call {
    explicit Call(std::atomic<size_t>& counter) : under_way(counter) { ++under_way; }
    ~Call() { --under_way; }

    std::atomic<size_t>& under_way;
    stir::CallExamination examination;
    const ClientProfile* profile = nullptr;
    std::string call_id;
    std::optional<absl::Time> at;
    bool dry_run = false;
    const CallMeters* meters = nullptr;  // null for what leaves no trace
    std::vector<Signer> signers;
    int downloads = CertificateCache::kDownloadsPerCall;  // that it may start yet
    std::vector<stir::HeaderVerdict> verdicts;
    Done done;
  };
  using CallPtr = std::shared_ptr<Call>;
  struct Downloads;

  // One of the places for calls that wait; every task of the executor holds one, so that bounds its queue.
  bool TakePlace();
  void RefuseForLoad(const Call& call) const;
  // `done`, told of to those who watch.
  Done Watched(Done done);
  // What the cache has of the certificates; false: some are to be fetched.
  bool LookUp(Call& call);
  void AwaitCertificates(const CallPtr& call);
  void Judge(const CallPtr& call);
  bool AwaitSuccessors(const CallPtr& call);
  void CheckReplay(const CallPtr& call);

  void JudgeHeaders(Call& call, const std::vector<bool>& which);
  stir::HeaderVerdict JudgeHeader(const Call& call, size_t i, const TrustSet& trust, absl::Time now);

  CertificateCache& cache_;
  const TrustBoard& trust_;
  const Clock& clock_;
  const Executor executor_;
  const VerifierOptions options_;
  ReplayGuard* const replay_;
  std::atomic<size_t> pending_{0}, under_way_{0};
};

}  // namespace sti::vs

#endif  // SERVICES_VS_VERIFIER_H_
