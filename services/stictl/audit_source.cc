#include "services/stictl/audit_source.h"

#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/admin/audit_proto.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"

namespace sti::stictl {
namespace {

// A line without its newline, as much of it as `buffer` takes; false at the end.
bool ReadLine(std::istream& input, std::vector<char>& buffer, absl::string_view& line, bool& too_long) {
  input.getline(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  const auto got = static_cast<size_t>(input.gcount());
  // getline counts the newline, which it does not keep.
  too_long = input.fail() && !input.eof() && got == buffer.size() - 1;
  line = absl::string_view(buffer.data(), input.eof() || too_long || got == 0 ? got : got - 1);
  return got > 0;
}

}  // namespace

absl::Status AuditFiles::OpenNext() {
  const std::string& path = paths_[opened_++];
  line_ = 0;
  file_.close();
  file_.clear();
  if (path == "-") {
    input_ = &std::cin;
    return absl::OkStatus();
  }
  file_.open(path, std::ios::in | std::ios::binary);
  input_ = &file_;
  if (file_.is_open()) return absl::OkStatus();
  return MakeError(Reason::kNotFound, "FILE", absl::StrCat("cannot open ", path));
}

std::string AuditFiles::Where() const {
  return opened_ == 0 ? "FILE" : absl::StrCat(paths_[opened_ - 1], ":", line_);
}

absl::StatusOr<std::optional<store::AuditRecord>> AuditFiles::Next() {
  absl::string_view line;
  bool too_long = false;
  while (input_ == nullptr || !ReadLine(*input_, buffer_, line, too_long)) {
    // At its end the last file stays open: a daemon may be appending to it.
    if (opened_ == paths_.size()) {
      if (input_ != nullptr) input_->clear();
      return std::optional<store::AuditRecord>();
    }
    STI_RETURN_IF_ERROR(OpenNext());
  }
  ++line_;
  if (too_long) return MakeError(Reason::kAuditBroken, "line", "it is too long");
  const bool torn = input_->eof();
  absl::StatusOr<store::AuditRecord> record = admin::ParseAuditLine(line);
  if (!record.ok() && torn) {
    return MakeError(Reason::kAuditBroken, "line",
                     "it is cut off; the daemon mends that when it starts, unless it is writing just now");
  }
  if (!record.ok()) return record.status();
  return std::optional<store::AuditRecord>(*std::move(record));
}

absl::StatusOr<std::unique_ptr<AuditTable>> AuditTable::Open(Session& session, Peer peer, int64_t after) {
  STI_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, session.Open(peer));
  return std::unique_ptr<AuditTable>(new AuditTable(session, peer, after, sti::v1::Audit::NewStub(channel)));
}

absl::StatusOr<std::optional<store::AuditRecord>> AuditTable::Next() {
  if (at_ == page_.events_size()) {
    const auto context = session_.Context();
    const grpc::Status status = stub_->ListAuditEvents(context.get(), request_, &page_);
    at_ = 0;
    if (!status.ok()) {
      page_.Clear();
      return rpc::FromGrpcStatus(status);
    }
    if (page_.events_size() == 0) return std::optional<store::AuditRecord>();
    request_.set_page_token(page_.next_page_token());
  }
  return std::optional<store::AuditRecord>(admin::FromProto(page_.events(at_++)));
}

}  // namespace sti::stictl
