#include "common/admin/audit_file.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/admin/audit_line.h"
#include "common/admin/audit_position.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "common/store/audit_log.h"

namespace sti::admin {
namespace {

constexpr int64_t kAtOnce = 100;
constexpr char kDatabase[] = "database";

// What a file ends with; `fallback` when it has no line.
absl::StatusOr<store::AuditChain> EndOf(const LineFile& file, const store::AuditChain& fallback) {
  if (file.last_line().empty()) return fallback;
  const absl::StatusOr<store::AuditRecord> last = ParseAuditLine(file.last_line());
  if (!last.ok()) return MakeError(Reason::kAuditBroken, "last line", last.status().message());
  return store::AuditChain(last->seq, last->hash);
}

// Renamed just before a crash, a file may have more lines than could be remembered. Its inode may be
// another's by now, so it is only touched when it ends in an event that is not older.
store::AuditChain EndOfRenamed(const std::string& path, const AuditPosition& position) {
  const std::string renamed = FindRenamed(path, position.file);
  if (renamed.empty()) return position.chain;
  auto file = LineFile::Open(renamed, kLongestAuditLine, LineFile::TornEnd::kLeave);
  if (!file.ok()) return position.chain;
  const absl::StatusOr<store::AuditChain> end = EndOf(**file, position.chain);
  if (!end.ok() || end->seq() < position.chain.seq()) return position.chain;
  file->reset();
  const absl::Status cut = LineFile::Open(renamed, kLongestAuditLine, LineFile::TornEnd::kCut).status();
  if (!cut.ok()) daemon::LogWarning("renamed audit file keeps its torn end", {{"detail", cut.message()}});
  return *end;
}

}  // namespace

AuditFile::AuditFile(store::Database& database, AuditFileOptions options, std::function<void()> on_change)
    : database_(database), options_(std::move(options)), on_change_(std::move(on_change)) {}

AuditFile::~AuditFile() { Stop(); }

// A database that was restored from a backup, or tampered with, must not be followed as if nothing were.
absl::Status AuditFile::CheckAgainstTable(const store::AuditChain& chain) const {
  if (chain.seq() == 0) return absl::OkStatus();
  std::vector<store::AuditRecord> known;
  const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(known, store::ListAudit(transaction, {}, chain.seq() - 1, 1));
    return absl::OkStatus();
  });
  if (!read.ok()) return PrefixField(kDatabase, read);
  if (!known.empty() && known[0].seq == chain.seq() && known[0].hash == chain.hash()) return absl::OkStatus();
  return MakeError(Reason::kAuditBroken, absl::StrCat("event ", chain.seq()),
                   "the audit file ends with it, but the database does not have it so");
}

absl::Status AuditFile::Open() {
  STI_ASSIGN_OR_RETURN(std::unique_ptr<LineFile> file,
                       LineFile::Open(options_.path, kLongestAuditLine, LineFile::TornEnd::kCut));
  STI_ASSIGN_OR_RETURN(const std::optional<AuditPosition> position,
                       ReadAuditPosition(options_.position_file));
  store::AuditChain chain;
  if (position) chain = position->chain;
  if (position && file->last_line().empty() && !(position->file == file->identity())) {
    chain = EndOfRenamed(options_.path, *position);
  }
  STI_ASSIGN_OR_RETURN(chain, EndOf(*file, chain));
  STI_RETURN_IF_ERROR(CheckAgainstTable(chain));
  if (position && chain.seq() < position->chain.seq()) {
    daemon::LogWarning(
        "the audit file has lost lines, which are written again",
        {{"file", options_.path}, {"ends_with", chain.seq()}, {"ended_with", position->chain.seq()}});
  }
  file_ = std::move(file);
  chain_ = std::move(chain);
  kept_ = chain_.seq();
  return RememberPosition();
}

absl::Status AuditFile::RememberPosition() const {
  return WriteAuditPosition(options_.position_file, {chain_, file_->identity()});
}

absl::Status AuditFile::AppendLines(const std::vector<store::AuditRecord>& records) {
  store::AuditChain chain = chain_;
  std::string lines;
  absl::Status broken;
  for (const store::AuditRecord& record : records) {
    broken = chain.Add(record);
    if (!broken.ok()) break;
    absl::StrAppend(&lines, AuditLine(record), "\n");
  }
  if (!lines.empty()) {
    STI_RETURN_IF_ERROR(file_->Append(lines));
    chain_ = std::move(chain);
    kept_ = chain_.seq();
    STI_RETURN_IF_ERROR(RememberPosition());
  }
  return broken;
}

absl::Status AuditFile::AppendSome(bool& more) {
  std::vector<store::AuditRecord> records;
  const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(records, store::ListAudit(transaction, {}, chain_.seq(), kAtOnce));
    return absl::OkStatus();
  });
  if (!read.ok()) return PrefixField(kDatabase, read);
  more = records.size() == static_cast<size_t>(kAtOnce);
  return AppendLines(records);
}

absl::Status AuditFile::Follow() {
  if (file_ != nullptr && !file_->IsInPlace()) file_.reset();
  absl::Status done = file_ == nullptr ? Open() : absl::OkStatus();
  bool more = true;
  while (done.ok() && more) done = AppendSome(more);
  if (!done.ok()) file_.reset();
  // That the database does not answer is no fault of the file, and whoever asks for something is told.
  if (!absl::StartsWith(FieldOf(done), kDatabase)) Note(done);
  return done;
}

void AuditFile::Note(const absl::Status& status) {
  std::string lacking;
  if (!status.ok()) {
    lacking = ReasonOf(status) == Reason::kAuditBroken ? "an unbroken audit" : "an audit file to write to";
  }
  {
    const MutexLock lock(mutex_);
    if (lacking == lacking_) return;
    lacking_ = lacking;
  }
  if (status.ok()) {
    daemon::LogInfo("audit file is written again", {{"file", options_.path}});
  } else {
    daemon::LogError("audit file cannot be kept", {{"file", options_.path},
                                                   {"reason", ReasonName(ReasonOf(status))},
                                                   {"field", FieldOf(status)},
                                                   {"detail", status.message()}});
  }
  if (on_change_) on_change_();
}

std::vector<std::string> AuditFile::Lacking() const {
  const MutexLock lock(mutex_);
  if (lacking_.empty()) return {};
  return {lacking_};
}

absl::StatusOr<int64_t> AuditFile::Waiting() const {
  const int64_t kept = kept_;
  if (kept < 0) return MakeError(Reason::kUnavailable, "the audit file has not been open yet");
  int64_t last = 0;
  STI_RETURN_IF_ERROR(database_.Read([&last](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(last, store::LastAuditEvent(transaction));
    return absl::OkStatus();
  }));
  return std::max<int64_t>(last - kept, 0);
}

void AuditFile::Run() {
  do {
    const absl::Status followed = Follow();  // Note has told
    static_cast<void>(followed);
  } while (pause_.For(options_.interval));
  const absl::Status last = Follow();
  static_cast<void>(last);
}

void AuditFile::Start() {
  thread_ = std::thread([this] { Run(); });
}

void AuditFile::Stop() {
  pause_.Stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace sti::admin
