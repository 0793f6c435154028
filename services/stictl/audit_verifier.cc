#include "services/stictl/audit_verifier.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::stictl {
namespace {

using Record = std::optional<store::AuditRecord>;

absl::Status At(const AuditSource& source, const absl::Status& why) {
  if (why.ok() || ReasonOf(why) != Reason::kAuditBroken) return why;
  return MakeError(Reason::kAuditBroken, source.Where(), absl::StrCat(FieldOf(why), ": ", why.message()));
}

absl::Status NextOf(AuditSource& source, Record& record) {
  absl::StatusOr<Record> next = source.Next();
  if (!next.ok()) return At(source, next.status());
  record = *std::move(next);
  return absl::OkStatus();
}

// The first event to look at. Those before the one that is known are passed over; that one, if it is there,
// must be what it was; and there must be it or a later one.
absl::Status First(AuditSource& source, const store::AuditChain& known, Record& record) {
  do {
    STI_RETURN_IF_ERROR(NextOf(source, record));
    if (known.seq() == 0) return absl::OkStatus();
    if (!record) break;
    if (record->seq == known.seq() && record->hash != known.hash()) break;
    if (record->seq == known.seq()) return NextOf(source, record);
  } while (record->seq < known.seq());
  if (record && record->seq > known.seq()) return absl::OkStatus();
  return MakeError(
      Reason::kAuditBroken, source.Where(),
      absl::StrCat("event ", known.seq(), ": it is missing, or not the one whose hash was kept"));
}

absl::Status Lacks(const std::string& where, const store::AuditRecord& record, absl::string_view other) {
  return MakeError(Reason::kAuditBroken, where,
                   absl::StrCat("event ", record.seq, " is missing at the end; ", other, " has it"));
}

}  // namespace

absl::Status WalkAudit(AuditSource& source, store::AuditChain& chain) {
  Record record;
  STI_RETURN_IF_ERROR(First(source, chain, record));
  while (record) {
    STI_RETURN_IF_ERROR(At(source, chain.Add(*record)));
    STI_RETURN_IF_ERROR(NextOf(source, record));
  }
  return absl::OkStatus();
}

absl::Status CompareAudits(AuditSource& table, AuditSource& files, store::AuditChain& chain, absl::Time now) {
  store::AuditChain of_files = chain;
  Record line, row;
  // The file first: what stands in it has been in the table before.
  STI_RETURN_IF_ERROR(First(files, chain, line));
  STI_RETURN_IF_ERROR(First(table, chain, row));
  while (line) {
    STI_RETURN_IF_ERROR(At(files, of_files.Add(*line)));
    if (!row) return Lacks(table.Where(), *line, files.Where());
    STI_RETURN_IF_ERROR(At(table, chain.Add(*row)));
    if (row->hash != line->hash) {
      return MakeError(Reason::kAuditBroken, files.Where(),
                       absl::StrCat("event ", line->seq, ": ", table.Where(), " has another one"));
    }
    STI_RETURN_IF_ERROR(NextOf(files, line));
    STI_RETURN_IF_ERROR(NextOf(table, row));
  }
  while (row) {
    STI_RETURN_IF_ERROR(At(table, chain.Add(*row)));
    if (row->time < now - kAuditFileDelay) return Lacks(files.Where(), *row, table.Where());
    STI_RETURN_IF_ERROR(NextOf(table, row));
  }
  return absl::OkStatus();
}

}  // namespace sti::stictl
