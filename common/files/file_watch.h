// Files that a daemon reads again while it runs: TLS certificates, keys and CAs, API keys.
#ifndef COMMON_FILES_FILE_WATCH_H_
#define COMMON_FILES_FILE_WATCH_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/mutex.h"

namespace sti::files {

// Ends what it stands for when the last copy goes. A load or listener that runs at that moment may still end
// after it, so they own what they touch.
using Watched = std::shared_ptr<const void>;

// Thread-safe, but for Check.
class FileWatch {
 public:
  // Reads the files and puts them in force; on an error what was in force stays so. The text says what is in
  // force now, for the log; never a secret. Owns what it touches.
  using Load = std::function<absl::StatusOr<std::string>()>;
  enum class Which { kChanged, kAll };
  struct Event {
    std::string what;    // "gRPC server 127.0.0.1:7001"
    std::string detail;  // what is in force now, or why the new files were refused
    bool refused = false;
  };

  FileWatch() = default;
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  // That of the process: as a signal does, it reaches whatever was read from a file, so that no port can be
  // forgotten. RunDaemon checks it.
  static FileWatch& OfProcess();

  // Loads at once, and hands on what that fails with; then again whenever one of the files has changed. Files
  // with an empty name do not count.
  absl::StatusOr<Watched> Watch(std::string what, std::vector<std::string> paths, Load load);

  // kChanged: loads what has changed since it was loaded and is the same as at the last Check (nobody is in
  // the midst of writing), and what was refused. kAll: loads everything. One thread at a time.
  void Check(Which which);

  // What new files were refused, and are still.
  std::vector<std::string> Trouble() const;
  // Called by Check, on its thread, when Trouble() has changed.
  Watched OnTrouble(std::function<void()> listener);
  // Called by Check for everything that was loaded or refused, once. Before the first Check.
  void ReportTo(std::function<void(const Event&)> report) { report_ = std::move(report); }

 private:
  struct Mark;
  struct Entry;
  static std::vector<Mark> MarksOf(const std::vector<std::string>& paths);
  // True when the trouble of the entry has changed.
  bool CheckOne(Entry& entry, Which which);

  std::function<void(const Event&)> report_;
  mutable Mutex mutex_;  // not held while anything is loaded or called
  std::vector<std::weak_ptr<Entry>> entries_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::weak_ptr<const std::function<void()>>> listeners_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::files

#endif  // COMMON_FILES_FILE_WATCH_H_
