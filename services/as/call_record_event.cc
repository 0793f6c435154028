#include "services/as/call_record_event.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/json.h"

namespace sti::as {
namespace {

// Whatever a client sent must neither break the line nor the chain.
std::string Clean(const std::string& text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return plain ? text : absl::CHexEscape(text);
}

absl::string_view Letter(stir::Attestation attest) {
  switch (attest) {
    case stir::Attestation::kA:
      return "A";
    case stir::Attestation::kB:
      return "B";
    case stir::Attestation::kC:
      return "C";
    case stir::Attestation::kNone:
      break;
  }
  return "";
}

stir::Attestation FromLetter(absl::string_view letter) {
  if (letter == "A") return stir::Attestation::kA;
  if (letter == "B") return stir::Attestation::kB;
  if (letter == "C") return stir::Attestation::kC;
  return stir::Attestation::kNone;
}

std::string TextOf(const codec::JsonValue& object, absl::string_view name) {
  const codec::JsonValue* value = object.Find(name);
  return value != nullptr && value->is_string() ? *value->if_string() : std::string();
}

int64_t NumberOf(const codec::JsonValue& object, absl::string_view name) {
  const codec::JsonValue* value = object.Find(name);
  return value != nullptr && value->is_int() ? *value->if_int() : 0;
}

}  // namespace

store::AuditRecord EventOf(const CallRecord& record) {
  codec::JsonObject after;
  const auto add = [&after](const char* name, absl::string_view text) {
    if (!text.empty()) after.emplace_back(name, text);
  };
  codec::JsonArray dest;
  for (const std::string& one : record.dest) dest.emplace_back(Clean(one));
  add("attest", Letter(record.attest));
  add("call_id", Clean(record.call_id));
  add("certificate_serial", record.certificate_serial);
  add("customer", record.customer);
  after.emplace_back("dest", std::move(dest));
  add("div", Clean(record.div));
  after.emplace_back("iat", record.iat);
  add("orig", Clean(record.orig));
  add("ppt", record.ppt);
  add("provider", record.provider);
  add("rule", record.rule);
  add("trunk", record.trunk);
  add("x5u", record.x5u);

  store::AuditRecord event;
  event.time = absl::FromUnixMillis(absl::ToUnixMillis(record.time));
  event.actor = {Clean(record.client), Clean(record.request_id)};
  event.event.action = kCallSigned;
  event.event.object = absl::StrCat("call/", record.origid);
  event.event.spcs = {record.spc};
  event.event.after = codec::CanonicalJson(after);
  return event;
}

store::AuditRecord EventOfLost(int64_t records, absl::Time time) {
  store::AuditRecord event;
  event.time = absl::FromUnixMillis(absl::ToUnixMillis(time));
  event.actor = {"sti-as", "-"};
  event.event.action = kCallsLost;
  event.event.object = "calls";
  event.event.after = codec::CanonicalJson(codec::JsonObject{{"records", records}});
  return event;
}

absl::StatusOr<CallRecord> CallOf(const store::AuditRecord& event) {
  constexpr absl::string_view kObject = "call/";
  const auto json = codec::ParseJson(event.event.after, limits::kAuditEvent);
  if (event.event.action != kCallSigned || event.event.object.compare(0, kObject.size(), "call/") != 0 ||
      event.event.spcs.size() != 1 || !json.ok()) {
    return MakeError(Reason::kAuditBroken, absl::StrCat("event ", event.seq),
                     "it is no record of a signature");
  }
  CallRecord record;
  record.time = event.time;
  record.client = event.actor.client;
  record.request_id = event.actor.request_id;
  record.spc = event.event.spcs[0];
  record.origid = event.event.object.substr(kObject.size());
  record.attest = FromLetter(TextOf(*json, "attest"));
  record.call_id = TextOf(*json, "call_id");
  record.certificate_serial = TextOf(*json, "certificate_serial");
  record.customer = TextOf(*json, "customer");
  if (const codec::JsonValue* dest = json->Find("dest"); dest != nullptr && dest->is_array()) {
    for (const codec::JsonValue& one : *dest->if_array()) {
      if (one.is_string()) record.dest.push_back(*one.if_string());
    }
  }
  record.div = TextOf(*json, "div");
  record.iat = NumberOf(*json, "iat");
  record.orig = TextOf(*json, "orig");
  record.ppt = TextOf(*json, "ppt");
  record.provider = TextOf(*json, "provider");
  record.rule = TextOf(*json, "rule");
  record.trunk = TextOf(*json, "trunk");
  record.x5u = TextOf(*json, "x5u");
  return record;
}

int64_t LostOf(const store::AuditRecord& event) {
  if (event.event.action != kCallsLost) return 0;
  const auto json = codec::ParseJson(event.event.after, limits::kAuditEvent);
  return json.ok() ? NumberOf(*json, "records") : 0;
}

std::string TraceKey(absl::string_view kind, absl::string_view value) {
  return absl::StrCat(kind, ":", value);
}

std::vector<std::string> TraceKeysOf(const CallRecord& record) {
  std::vector<std::string> keys = {TraceKey("o", record.orig)};
  for (const std::string& dest : record.dest) keys.push_back(TraceKey("d", dest));
  if (!record.div.empty()) keys.push_back(TraceKey("v", record.div));
  if (!record.origid.empty()) keys.push_back(TraceKey("i", record.origid));
  return keys;
}

}  // namespace sti::as
