// The audit as a file: a thread that appends every event of the database's audit to it, one JSON object a
// line (audit_line.h), in order, without gap and without repetition, whoever of several replicas wrote it.
//
// The file may be renamed at any time (logrotate without copytruncate): the next event begins a new one. So
// where it goes on is what comes after the last line of the newest file; a small file in the daemon's own
// folder remembers where that is, for a daemon that starts when the file has just been renamed.
#ifndef COMMON_ADMIN_AUDIT_FILE_H_
#define COMMON_ADMIN_AUDIT_FILE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/admin/line_file.h"
#include "common/base/mutex.h"
#include "common/daemon/pause.h"
#include "common/store/audit_chain.h"
#include "common/store/database.h"

namespace sti::admin {

struct AuditFileOptions {
  std::string path;
  std::string position_file;
  absl::Duration interval = absl::Milliseconds(500);  // how late an event may come
};

class AuditFile {
 public:
  // `database` must outlive this. `on_change` is called on the thread of this when Lacking has changed.
  AuditFile(store::Database& database, AuditFileOptions options, std::function<void()> on_change);
  // Appends what is there, then stops.
  ~AuditFile();

  void Start();
  void Stop();

  // Catches up. Called by the thread, or by a test in its place. After an error the next call begins with
  // what the disk holds: kStorageFailed (disk, folder; with the field "database"), kAuditBroken (the table's
  // events are not a chain, or do not go on from the last line; nothing is appended then).
  absl::Status Follow();

  // How many events of the table are not in the file. Asks the database. kUnavailable before the file was open
  // for the first time; kStorageFailed. Thread-safe.
  absl::StatusOr<int64_t> Waiting() const;

  // What health should say; empty while the file can be kept. Thread-safe.
  std::vector<std::string> Lacking() const;

 private:
  absl::Status Open();
  absl::Status CheckAgainstTable(const store::AuditChain& chain) const;
  absl::Status AppendSome(bool& more);
  absl::Status AppendLines(const std::vector<store::AuditRecord>& records);
  absl::Status RememberPosition() const;
  void Note(const absl::Status& status);
  void Run();

  store::Database& database_;
  const AuditFileOptions options_;
  const std::function<void()> on_change_;
  // Of the thread.
  std::unique_ptr<LineFile> file_;  // null until opened, and after an error
  store::AuditChain chain_;         // what the file ends with

  std::atomic<int64_t> kept_{-1};  // the last event in the file; before it was open: -1

  mutable Mutex mutex_;
  std::string lacking_ ABSL_GUARDED_BY(mutex_);
  daemon::Pause pause_;
  std::thread thread_;
};

}  // namespace sti::admin

#endif  // COMMON_ADMIN_AUDIT_FILE_H_
