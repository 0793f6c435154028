#include "services/as/call_log.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/admin/audit_line.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/base/status_macros.h"
#include "common/daemon/files.h"
#include "common/daemon/log.h"
#include "services/as/call_record_event.h"

namespace sti::as {
namespace {

constexpr size_t kWriteAtOnce = 1024 * 1024;  // octets, about
constexpr absl::Duration kRemovalInterval = absl::Minutes(1);
constexpr size_t kRemovedFile = 256;  // octets

std::string RemovedPath(const std::string& folder) { return folder + "/removed"; }

// Threads keep to their own shard as far as there are enough.
size_t ShardOfThread(size_t shards) {
  static std::atomic<size_t> threads{0};
  thread_local const size_t mine = threads.fetch_add(1, std::memory_order_relaxed);
  return mine % shards;
}

absl::Status NotOurs(const CallSegment& segment, absl::string_view how) {
  return MakeError(Reason::kAuditBroken, absl::StrCat(segment.log(), " ends in a line that is no record: ",
                                                      how, "; move it away to go on without what it holds"));
}

// What the newest file ends with; seq 0 for one without lines.
absl::StatusOr<store::AuditChain> EndOf(const CallSegment& segment) {
  STI_ASSIGN_OR_RETURN(const auto file, admin::LineFile::Open(segment.log(), admin::kLongestAuditLine,
                                                              admin::LineFile::TornEnd::kCut));
  if (file->last_line().empty()) return store::AuditChain();
  const auto record = admin::ParseAuditLine(file->last_line());
  if (!record.ok()) return NotOurs(segment, record.status().message());
  return store::AuditChain(record->seq, record->hash);
}

// The last record that was deleted for its age.
absl::StatusOr<store::AuditChain> RemovedEnd(const std::string& folder) {
  const auto text = daemon::ReadFile(RemovedPath(folder), kRemovedFile);
  if (ReasonOf(text.status()) == Reason::kNotFound) return store::AuditChain();
  STI_RETURN_IF_ERROR(text.status());
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(absl::StripTrailingAsciiWhitespace(*text), absl::MaxSplits(':', 1));
  int64_t seq = 0;
  if (!absl::SimpleAtoi(parts.first, &seq) || parts.second.size() != sizeof(store::kAuditSeed) - 1) {
    return MakeError(Reason::kAuditBroken, absl::StrCat(RemovedPath(folder), " is not SEQ:HASH"));
  }
  return store::AuditChain(seq, parts.second);
}

}  // namespace

CallLog::CallLog(CallLogOptions options, const Clock& clock, std::function<void()> on_change)
    : options_(std::move(options)), clock_(clock), on_change_(std::move(on_change)) {}

CallLog::~CallLog() { Stop(); }

absl::StatusOr<std::unique_ptr<CallLog>> CallLog::Open(CallLogOptions options, const Clock& clock,
                                                       std::function<void()> on_change) {
  std::unique_ptr<CallLog> log(new CallLog(std::move(options), clock, std::move(on_change)));
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(log->options_.folder));
  STI_RETURN_IF_ERROR(log->GoOn());
  return log;
}

absl::Status CallLog::GoOn() {
  STI_ASSIGN_OR_RETURN(const std::vector<CallSegment> segments, ListCallSegments(options_.folder));
  store::AuditChain end;
  for (auto segment = segments.rbegin(); segment != segments.rend() && end.seq() == 0; ++segment) {
    STI_ASSIGN_OR_RETURN(end, EndOf(*segment));
  }
  if (end.seq() == 0) {
    STI_ASSIGN_OR_RETURN(end, RemovedEnd(options_.folder));
  }
  // A folder that was emptied under a running daemon does not begin the chain anew.
  if (end.seq() >= chain_.seq()) chain_ = end;
  return absl::OkStatus();
}

bool CallLog::TakePlaces(size_t count) {
  if (waiting_.fetch_add(count, std::memory_order_relaxed) + count <= options_.queue) return true;
  waiting_.fetch_sub(count, std::memory_order_relaxed);
  return false;
}

absl::Status CallLog::Reserve(size_t count, bool emergency) {
  if (!options_.refuse_when_full || TakePlaces(count)) return absl::OkStatus();
  if (!emergency) {
    return WithRetryAfter(MakeError(Reason::kOverloaded, "records of signatures cannot be kept"),
                          options_.interval * 10);
  }
  waiting_.fetch_add(count, std::memory_order_relaxed);
  return absl::OkStatus();
}

void CallLog::GiveBack(size_t count) {
  if (options_.refuse_when_full) waiting_.fetch_sub(count, std::memory_order_relaxed);
}

void CallLog::Record(CallRecord record) {
  // Emergency calls take places that there are not, but not without end.
  const bool full = options_.refuse_when_full ? waiting_.load(std::memory_order_relaxed) > 2 * options_.queue
                                              : !TakePlaces(1);
  if (full) {
    if (options_.refuse_when_full) waiting_.fetch_sub(1, std::memory_order_relaxed);
    lost_.fetch_add(1, std::memory_order_relaxed);
    all_lost_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  Shard& shard = shards_[ShardOfThread(shards_.size())];
  const MutexLock lock(shard.mutex);
  shard.records.push_back(std::move(record));
}

void CallLog::Collect() {
  std::vector<CallRecord> collected;
  for (Shard& shard : shards_) {
    std::vector<CallRecord> records;
    {
      const MutexLock lock(shard.mutex);
      records.swap(shard.records);
    }
    std::move(records.begin(), records.end(), std::back_inserter(collected));
  }
  std::stable_sort(collected.begin(), collected.end(),
                   [](const CallRecord& a, const CallRecord& b) { return a.time < b.time; });
  for (const CallRecord& record : collected) {
    pending_.push_back(EventOf(record));
    pending_keys_.push_back(TraceKeysOf(record));
  }
  if (const int64_t lost = lost_.exchange(0, std::memory_order_relaxed); lost > 0) {
    // It has no place of its own in the queue; there is one at most in each round.
    waiting_.fetch_add(1, std::memory_order_relaxed);
    pending_.push_back(EventOfLost(lost, clock_.TimeNow()));
    pending_keys_.push_back({TraceKey("lost", "")});
    daemon::LogError("signatures without a record", {{"records", lost}});
  }
}

absl::Status CallLog::EnsureFile(absl::Time begin) {
  if (file_ != nullptr && (size_ >= options_.segment_size ||
                           begin - segment_.begin >= options_.segment_time || !file_->IsInPlace())) {
    CloseFile();
  }
  if (file_ != nullptr) return absl::OkStatus();
  CallSegment segment = MakeCallSegment(options_.folder, begin, chain_.seq() + 1);
  STI_ASSIGN_OR_RETURN(
      file_, admin::LineFile::Open(segment.log(), admin::kLongestAuditLine, admin::LineFile::TornEnd::kCut));
  segment_ = std::move(segment);
  size_ = 0;
  index_ = CallIndex();
  if (file_->last_line().empty()) return absl::OkStatus();
  // Written although the disk said no.
  file_.reset();
  return MakeError(Reason::kStorageFailed, absl::StrCat(segment_.log(), " has records already"));
}

void CallLog::CloseFile() {
  file_.reset();
  // Without it the file is read as a whole, which is right, and slower.
  const absl::Status saved = index_.Save(segment_.index());
  if (!saved.ok()) daemon::LogWarning("no index of call records", {{"why", saved.message()}});
  index_ = CallIndex();
}

absl::Status CallLog::WriteSome(size_t& written) {
  STI_RETURN_IF_ERROR(EnsureFile(pending_[written].time));
  std::string lines;
  store::AuditChain chain = chain_;
  size_t end = written;
  for (; end < pending_.size() && lines.size() < kWriteAtOnce; ++end) {
    store::AuditRecord& record = pending_[end];
    record.seq = chain.seq() + 1;
    record.hash = store::AuditHash(chain.hash(), record);
    chain = store::AuditChain(record.seq, record.hash);
    absl::StrAppend(&lines, admin::AuditLine(record), "\n");
  }
  const absl::Status appended = file_->Append(lines);
  if (!appended.ok()) {
    CloseFile();
    unsure_ = true;
    return appended;
  }
  uint64_t offset = size_;
  size_t line = 0;
  for (size_t i = written; i < end; ++i) {
    for (const std::string& key : pending_keys_[i]) index_.Add(key, offset + line);
    index_.AddTime(pending_[i].time);
    line = lines.find('\n', line) + 1;
  }
  size_ += lines.size();
  chain_ = std::move(chain);
  waiting_.fetch_sub(end - written, std::memory_order_relaxed);
  written = end;
  return absl::OkStatus();
}

// What was to be written may be there all the same.
absl::Status CallLog::RejoinChain() {
  const int64_t before = chain_.seq();
  STI_RETURN_IF_ERROR(GoOn());
  const auto there = std::min(static_cast<size_t>(chain_.seq() - before), pending_.size());
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(there));
  pending_keys_.erase(pending_keys_.begin(), pending_keys_.begin() + static_cast<std::ptrdiff_t>(there));
  waiting_.fetch_sub(there, std::memory_order_relaxed);
  unsure_ = false;
  return absl::OkStatus();
}

absl::Status CallLog::WritePending() {
  size_t written = 0;
  absl::Status status = unsure_ ? RejoinChain() : absl::OkStatus();
  while (written < pending_.size() && status.ok()) status = WriteSome(written);
  const auto count = static_cast<std::ptrdiff_t>(written);
  pending_.erase(pending_.begin(), pending_.begin() + count);
  pending_keys_.erase(pending_keys_.begin(), pending_keys_.begin() + count);
  return status;
}

absl::Status CallLog::Flush() {
  Collect();
  absl::Status status = WritePending();
  Note(status);
  if (status.ok()) RemoveOld();
  return status;
}

void CallLog::RemoveOld() {
  const absl::Time now = clock_.TimeNow();
  if (options_.keep == absl::InfiniteDuration() || now < next_removal_) return;
  next_removal_ = now + kRemovalInterval;
  const auto segments = ListCallSegments(options_.folder);
  absl::Status status = segments.status();
  // The newest stays: it says where the chain goes on. A file is old when the next one began too long ago.
  for (size_t i = 0;
       segments.ok() && i + 1 < segments->size() && (*segments)[i + 1].begin < now - options_.keep; ++i) {
    const absl::Status removed = RemoveSegment((*segments)[i]);
    if (!removed.ok()) status = removed;  // one for a person to look at does not keep the others
  }
  const std::string trouble(status.message());
  if (trouble != removal_trouble_ && !status.ok()) {
    daemon::LogWarning("old call records cannot be deleted", {{"why", trouble}});
  }
  removal_trouble_ = trouble;
}

absl::Status CallLog::RemoveSegment(const CallSegment& segment) const {
  STI_ASSIGN_OR_RETURN(const store::AuditChain end, EndOf(segment));
  if (end.seq() > 0) {
    STI_RETURN_IF_ERROR(daemon::WriteFileAtomically(RemovedPath(options_.folder),
                                                    absl::StrCat(end.seq(), ":", end.hash(), "\n")));
  }
  std::error_code ignored;
  std::filesystem::remove(segment.index(), ignored);
  std::filesystem::remove(segment.log(), ignored);
  daemon::LogInfo("old call records deleted", {{"file", segment.log()}, {"last", end.seq()}});
  return absl::OkStatus();
}

void CallLog::Note(const absl::Status& status) {
  const std::string lacking = status.ok() ? "" : "a place for call records";
  {
    const MutexLock lock(mutex_);
    if (lacking == lacking_) return;
    lacking_ = lacking;
  }
  if (status.ok()) {
    daemon::LogInfo("call records are kept again", {{"folder", options_.folder}});
  } else {
    daemon::LogError("call records cannot be kept",
                     {{"reason", ReasonName(ReasonOf(status))}, {"detail", status.message()}});
  }
  if (on_change_ && !told_last_) on_change_();
}

std::vector<std::string> CallLog::Lacking() const {
  const MutexLock lock(mutex_);
  if (lacking_.empty()) return {};
  return {lacking_};
}

void CallLog::Run() {
  do {
    const absl::Status flushed = Flush();  // Note has told
    static_cast<void>(flushed);
  } while (pause_.For(options_.interval));
}

void CallLog::Start() {
  thread_ = std::thread([this] { Run(); });
}

void CallLog::Stop() {
  pause_.Stop();
  if (thread_.joinable()) thread_.join();
  told_last_ = true;
  const absl::Status last = Flush();
  static_cast<void>(last);
  if (file_ != nullptr) CloseFile();
}

}  // namespace sti::as
