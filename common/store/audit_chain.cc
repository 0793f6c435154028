#include "common/store/audit_chain.h"

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::store {

absl::Status AuditChain::Add(const AuditRecord& record) {
  const int64_t expected = seq_ + 1;
  const auto broken = [](int64_t event, absl::string_view how) {
    return MakeError(Reason::kAuditBroken, absl::StrCat("event ", event), how);
  };
  if (record.seq > expected) {
    return broken(expected, absl::StrCat("it is missing; event ", record.seq, " stands in its place"));
  }
  if (record.seq < expected) {
    return broken(record.seq, absl::StrCat("it stands where event ", expected, " should"));
  }
  if (record.hash != AuditHash(hash_, record)) {
    return broken(record.seq, "it, or the one before, is not what was written: the hash does not fit");
  }
  seq_ = record.seq;
  hash_ = record.hash;
  return absl::OkStatus();
}

}  // namespace sti::store
