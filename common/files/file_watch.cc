#include "common/files/file_watch.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::files {

// Tells one state of a file from another.
struct FileWatch::Mark {
  int error = 0;
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  timespec modified{}, changed{};

  bool operator==(const Mark& other) const {
    const auto same = [](const timespec& a, const timespec& b) {
      return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
    };
    return error == other.error && device == other.device && inode == other.inode && size == other.size &&
           same(modified, other.modified) && same(changed, other.changed);
  }
};

struct FileWatch::Entry {
  std::string what;
  std::vector<std::string> paths;
  Load load;
  // Of the thread that checks.
  std::vector<Mark> loaded, seen;
  std::string refusal;  // of the last load; empty: it went well
  // Guarded by the watch's mutex.
  std::string trouble;
};

std::vector<FileWatch::Mark> FileWatch::MarksOf(const std::vector<std::string>& paths) {
  std::vector<Mark> marks;
  for (const std::string& path : paths) {
    Mark mark;
    struct stat facts {};
    // Follows links: secrets are mounted as links whose target is exchanged.
    if (stat(path.c_str(), &facts) != 0) {
      mark.error = errno;
    } else {
      mark.device = facts.st_dev;
      mark.inode = facts.st_ino;
      mark.size = facts.st_size;
      mark.modified = facts.st_mtim;
      mark.changed = facts.st_ctim;
    }
    marks.push_back(mark);
  }
  return marks;
}

FileWatch& FileWatch::OfProcess() {
  static auto* const watch = new FileWatch;  // never destroyed: servers end late
  return *watch;
}

absl::StatusOr<Watched> FileWatch::Watch(std::string what, std::vector<std::string> paths, Load load) {
  const auto entry = std::make_shared<Entry>();
  entry->what = std::move(what);
  entry->paths = std::move(paths);
  entry->paths.erase(std::remove(entry->paths.begin(), entry->paths.end(), ""), entry->paths.end());
  entry->load = std::move(load);
  // Before reading: what changes meanwhile is seen as a change.
  entry->loaded = entry->seen = MarksOf(entry->paths);
  const absl::StatusOr<std::string> first = entry->load();
  if (!first.ok()) return first.status();
  MutexLock lock(mutex_);
  entries_.push_back(entry);
  return entry;
}

bool FileWatch::CheckOne(Entry& entry, Which which) {
  const std::vector<Mark> now = MarksOf(entry.paths);
  const bool settled = now == entry.seen;
  entry.seen = now;
  const bool changed = !(now == entry.loaded) && settled;
  if (which != Which::kAll && !changed && entry.refusal.empty()) return false;

  const absl::StatusOr<std::string> outcome = entry.load();
  entry.loaded = now;
  std::string refusal;
  if (!outcome.ok()) refusal = absl::StrCat(FieldOf(outcome.status()), ": ", outcome.status().message());
  const bool again = refusal == entry.refusal;  // the same refusal is reported once
  entry.refusal = refusal;
  if (report_ && (outcome.ok() || !again || which == Which::kAll)) {
    report_({entry.what, outcome.ok() ? *outcome : refusal, !outcome.ok()});
  }
  // Short, and without the path: health is for others than those who may read the log.
  std::string trouble;
  if (!outcome.ok()) {
    trouble = absl::StrCat("new files of ", entry.what, " refused (", ReasonName(ReasonOf(outcome.status())),
                           " ", FieldOf(outcome.status()), "): the old ones are in use");
  }
  MutexLock lock(mutex_);
  const bool differs = trouble != entry.trouble;
  entry.trouble = std::move(trouble);
  return differs;
}

void FileWatch::Check(Which which) {
  std::vector<std::shared_ptr<Entry>> entries;
  {
    MutexLock lock(mutex_);
    for (const auto& weak : entries_) {
      if (auto entry = weak.lock()) entries.push_back(std::move(entry));
    }
    entries_.assign(entries.begin(), entries.end());
  }
  bool changed = false;
  for (const auto& entry : entries) changed = CheckOne(*entry, which) || changed;
  if (!changed) return;
  std::vector<std::shared_ptr<const std::function<void()>>> listeners;
  {
    MutexLock lock(mutex_);
    for (const auto& weak : listeners_) {
      if (auto listener = weak.lock()) listeners.push_back(std::move(listener));
    }
    listeners_.assign(listeners.begin(), listeners.end());
  }
  for (const auto& listener : listeners) (*listener)();
}

std::vector<std::string> FileWatch::Trouble() const {
  std::vector<std::shared_ptr<Entry>> alive;  // the last copy of one may die here, outside of the lock
  std::vector<std::string> all;
  MutexLock lock(mutex_);
  for (const auto& weak : entries_) {
    auto entry = weak.lock();
    if (entry != nullptr && !entry->trouble.empty()) all.push_back(entry->trouble);
    alive.push_back(std::move(entry));
  }
  return all;
}

Watched FileWatch::OnTrouble(std::function<void()> listener) {
  auto kept = std::make_shared<const std::function<void()>>(std::move(listener));
  MutexLock lock(mutex_);
  listeners_.push_back(kept);
  return kept;
}

}  // namespace sti::files
