#include "common/admin/refusal_audit.h"

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/json.h"

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

RefusalAudit::Tally RefusalAudit::Count(const Pair& pair) {
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

void RefusalAudit::PutBack(const Pair& pair, const Tally& tally) {
  const MutexLock lock(mutex_);
  others_ += tally.others;
  const auto known = pairs_.find(pair);
  // Forgotten meanwhile, with many at once.
  int64_t& count = known == pairs_.end() ? others_ : known->second.suppressed;
  count += tally.suppressed + 1;
}

absl::Status RefusalAudit::Record(const Actor& actor, store::AuditEvent event) {
  const Pair pair(actor.client, event.action);
  const Tally tally = Count(pair);
  if (tally.suppressed < 0) return absl::OkStatus();
  if (tally.suppressed > 0 || tally.others > 0) {
    codec::JsonObject after;
    const absl::StatusOr<codec::JsonValue> said = codec::ParseJson(event.after, limits::kAuditEvent);
    if (said.ok() && said->is_object()) after = *said->if_object();
    after.emplace_back("others", tally.others);
    after.emplace_back("suppressed", tally.suppressed);
    event.after = codec::CanonicalJson(after);
  }
  absl::Status written = database_.Write([&](store::Transaction& transaction) {
    return store::AppendAudit(transaction, actor, event, clock_.TimeNow());
  });
  if (!written.ok()) PutBack(pair, tally);
  return written;
}

absl::Status RefusalAudit::Record(const Actor& actor, absl::string_view rpc) {
  store::AuditEvent event;
  event.action = std::string(rpc);
  event.object = absl::StrCat("rpc/", rpc);
  event.outcome = std::string(ReasonName(Reason::kPermissionDenied));
  return Record(actor, std::move(event));
}

}  // namespace sti::admin
