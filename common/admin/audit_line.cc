#include "common/admin/audit_line.h"

#include <cstdint>
#include <utility>

#include "common/base/reason.h"
#include "common/codec/json.h"

namespace sti::admin {
namespace {

constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%E3SZ";

std::string TextOf(const codec::JsonValue& line, absl::string_view name) {
  const codec::JsonValue* value = line.Find(name);
  return value != nullptr && value->is_string() ? *value->if_string() : std::string();
}

}  // namespace

std::string AuditLine(const store::AuditRecord& record) {
  codec::JsonArray spcs;
  for (const std::string& spc : record.event.spcs) spcs.emplace_back(spc);
  return codec::CanonicalJson(codec::JsonObject{
      {"action", record.event.action},
      {"after", record.event.after},
      {"before", record.event.before},
      {"client", record.actor.client},
      {"hash", record.hash},
      {"object", record.event.object},
      {"outcome", record.event.outcome},
      {"request_id", record.actor.request_id},
      {"seq", record.seq},
      {"spcs", std::move(spcs)},
      {"time", absl::FormatTime(kTimeFormat, record.time, absl::UTCTimeZone())},
  });
}

absl::StatusOr<store::AuditRecord> ParseAuditLine(absl::string_view line) {
  const auto broken = [](absl::string_view how) { return MakeError(Reason::kAuditBroken, "line", how); };
  const absl::StatusOr<codec::JsonValue> json = codec::ParseJson(line, kLongestAuditLine);
  if (!json.ok()) return broken("it is no JSON");
  store::AuditRecord record;
  record.event.action = TextOf(*json, "action");
  record.event.after = TextOf(*json, "after");
  record.event.before = TextOf(*json, "before");
  record.actor.client = TextOf(*json, "client");
  record.hash = TextOf(*json, "hash");
  record.event.object = TextOf(*json, "object");
  record.event.outcome = TextOf(*json, "outcome");
  record.actor.request_id = TextOf(*json, "request_id");
  if (const codec::JsonValue* seq = json->Find("seq"); seq != nullptr && seq->is_int()) {
    record.seq = *seq->if_int();
  }
  if (const codec::JsonValue* spcs = json->Find("spcs"); spcs != nullptr && spcs->is_array()) {
    for (const codec::JsonValue& spc : *spcs->if_array()) {
      if (spc.is_string()) record.event.spcs.push_back(*spc.if_string());
    }
  }
  std::string error;
  if (!absl::ParseTime("%Y-%m-%dT%H:%M:%E*SZ", TextOf(*json, "time"), &record.time, &error)) {
    return broken("its time is none");
  }
  // Whatever was left out, added or written in another way shows here.
  if (AuditLine(record) != line) return broken("it is not as the audit writes it");
  return record;
}

}  // namespace sti::admin
