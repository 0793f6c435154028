// Keeps the records of signatures: the signing threads put them into memory, one thread writes them to
// hash-chained files.
#ifndef SERVICES_AS_CALL_LOG_H_
#define SERVICES_AS_CALL_LOG_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/admin/line_file.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/daemon/pause.h"
#include "common/store/audit_chain.h"
#include "services/as/call_record.h"
#include "services/as/call_segment.h"

namespace sti::as {

struct CallLogOptions {
  std::string folder;
  absl::Duration keep = absl::InfiniteDuration();
  size_t queue = 100'000;                             // records in memory at most
  bool refuse_when_full = false;                      // else records are lost, and counted
  absl::Duration interval = absl::Milliseconds(100);  // how late a record may come to the disk
  size_t segment_size = 64 * 1024 * 1024;             // octets, about
  absl::Duration segment_time = absl::Hours(1);
};

// Thread-safe. What a crash can lose is what came within the last interval; what it leaves behind is whole
// lines.
class CallLog final : public CallRecorder {
 public:
  // Makes the folder, and goes on with the chain of the newest file in it. `clock` must outlive this.
  // `on_change` is called on the thread of this when Lacking has changed. kStorageFailed, kAuditBroken (the
  // newest file ends in something else; for a person to look at, and to move away).
  static absl::StatusOr<std::unique_ptr<CallLog>> Open(CallLogOptions options, const Clock& clock,
                                                       std::function<void()> on_change);
  // Writes what is there, then stops.
  ~CallLog() override;

  absl::Status Reserve(size_t count, bool emergency) override;
  void GiveBack(size_t count) override;
  void Record(CallRecord record) override;

  void Start();
  void Stop();
  // Writes what is there. Called by the thread, or by a test in its place. After an error nothing is lost
  // that has a place in the queue: the next call tries it again. kStorageFailed.
  absl::Status Flush();

  // What health should say; empty while records are kept. Thread-safe.
  std::vector<std::string> Lacking() const;
  // Records in memory, and those that found no place since the start. Thread-safe.
  size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  int64_t lost_since_start() const { return all_lost_.load(std::memory_order_relaxed); }
  const std::string& folder() const { return options_.folder; }

 private:
  struct alignas(64) Shard {
    Mutex mutex;
    std::vector<CallRecord> records ABSL_GUARDED_BY(mutex);
  };

  CallLog(CallLogOptions options, const Clock& clock, std::function<void()> on_change);
  bool TakePlaces(size_t count);
  absl::Status GoOn();
  void Collect();
  absl::Status WritePending();
  absl::Status WriteSome(size_t& written);
  absl::Status EnsureFile(absl::Time begin);
  void CloseFile();
  absl::Status RejoinChain();
  void RemoveOld();
  absl::Status RemoveSegment(const CallSegment& segment) const;
  void Note(const absl::Status& status);
  void Run();

  const CallLogOptions options_;
  const Clock& clock_;
  const std::function<void()> on_change_;
  std::atomic<size_t> waiting_{0};    // places taken
  std::atomic<int64_t> lost_{0};      // not yet told by an event
  std::atomic<int64_t> all_lost_{0};  // since the start
  std::array<Shard, 16> shards_;

  // Of the thread.
  std::vector<store::AuditRecord> pending_;  // in order; with the keys of each
  std::vector<std::vector<std::string>> pending_keys_;
  store::AuditChain chain_;
  std::unique_ptr<admin::LineFile> file_;  // null until there is something to write, and after an error
  CallSegment segment_;
  uint64_t size_ = 0;    // of file_
  bool unsure_ = false;  // a write failed: the disk says where the chain ends
  CallIndex index_;
  absl::Time next_removal_ = absl::InfinitePast();
  std::string removal_trouble_;  // logged last
  bool told_last_ = false;       // nobody is there any more to be told by on_change_

  mutable Mutex mutex_;
  std::string lacking_ ABSL_GUARDED_BY(mutex_);
  daemon::Pause pause_;
  std::thread thread_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_CALL_LOG_H_
