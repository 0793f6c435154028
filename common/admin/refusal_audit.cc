#include "common/admin/refusal_audit.h"

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/store/audit_log.h"

namespace sti::admin {

void RefusalAudit::Forget(absl::Time now) {
  for (auto entry = pairs_.begin(); entry != pairs_.end();) {
    if (now - entry->second.written < kRefusalInterval) {
      ++entry;
      continue;
    }
    others_ += entry->second.suppressed;
    entry = pairs_.erase(entry);
  }
}

RefusalAudit::Tally RefusalAudit::Count(const std::pair<std::string, std::string>& pair) {
  const absl::Time now = clock_.TimeNow();
  const MutexLock lock(mutex_);
  auto known = pairs_.find(pair);
  if (known != pairs_.end() && now - known->second.written < kRefusalInterval) {
    ++known->second.suppressed;
    return {-1, 0};
  }
  int64_t suppressed = 0;
  if (known != pairs_.end()) {
    suppressed = known->second.suppressed;
    pairs_.erase(known);
  }
  if (pairs_.size() >= kRefusalPairs) Forget(now);
  if (pairs_.size() >= kRefusalPairs) {
    ++others_;
    return {-1, 0};
  }
  pairs_[pair] = {now, 0};
  return {suppressed, std::exchange(others_, 0)};
}

absl::Status RefusalAudit::Record(const Actor& actor, absl::string_view rpc) {
  const Tally tally = Count({actor.client, std::string(rpc)});
  if (tally.suppressed < 0) return absl::OkStatus();
  store::AuditEvent event;
  event.action = std::string(rpc);
  event.object = absl::StrCat("rpc/", rpc);
  if (tally.suppressed > 0 || tally.others > 0) {
    event.after =
        codec::CanonicalJson(codec::JsonObject{{"others", tally.others}, {"suppressed", tally.suppressed}});
  }
  event.outcome = std::string(ReasonName(Reason::kPermissionDenied));
  return database_.Write([&](store::Transaction& transaction) {
    return store::AppendAudit(transaction, actor, event, clock_.TimeNow());
  });
}

}  // namespace sti::admin
