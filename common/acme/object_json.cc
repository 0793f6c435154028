#include "common/acme/object_json.h"

#include <utility>

#include "common/base/limits.h"
#include "common/codec/json.h"

namespace sti::acme {
namespace {

using codec::JsonArray;
using codec::JsonObject;
using codec::JsonValue;

void AddText(JsonObject& object, const char* name, const std::string& text) {
  if (!text.empty()) object.emplace_back(name, text);
}

void AddTime(JsonObject& object, const char* name, const std::optional<absl::Time>& time) {
  if (time) object.emplace_back(name, TimeText(*time));
}

// Text that this program made, or checked, before it was stored.
void AddJson(JsonObject& object, const char* name, const std::string& text) {
  if (text.empty()) return;
  absl::StatusOr<JsonValue> value = codec::ParseJson(text, limits::kJson);
  if (value.ok()) object.emplace_back(name, *std::move(value));
}

JsonValue ToJson(const Identifier& identifier) {
  return JsonObject{{"type", identifier.type}, {"value", identifier.value}};
}

JsonValue ToJson(const ChallengeView& view) {
  JsonObject object{{"type", "tkauth-01"},
                    {"tkauth-type", "atc"},
                    {"url", view.url},
                    {"status", view.status},
                    {"token", view.token}};
  AddText(object, "token-authority", view.token_authority);
  AddTime(object, "validated", view.validated);
  AddJson(object, "error", view.error);
  return object;
}

std::string Text(JsonObject object) { return codec::CanonicalJson(JsonValue(std::move(object))); }

}  // namespace

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string DirectoryJson(const DirectoryView& view) {
  JsonObject meta{{"externalAccountRequired", view.external_account_required}};
  AddText(meta, "termsOfService", view.terms_of_service);
  AddText(meta, "website", view.website);
  return Text({{"newNonce", view.new_nonce},
               {"newAccount", view.new_account},
               {"newOrder", view.new_order},
               {"revokeCert", view.revoke_cert},
               {"keyChange", view.key_change},
               {"renewalInfo", view.renewal_info},
               {"meta", std::move(meta)}});
}

std::string AccountJson(const AccountView& view) {
  JsonArray contacts;
  for (const std::string& contact : view.contacts) contacts.emplace_back(contact);
  JsonObject object{{"status", view.status}, {"orders", view.orders}, {"contact", std::move(contacts)}};
  if (view.terms_agreed) object.emplace_back("termsOfServiceAgreed", true);
  AddJson(object, "externalAccountBinding", view.external_account_binding);
  return Text(std::move(object));
}

std::string OrderJson(const OrderView& view) {
  JsonObject object{{"status", view.status},
                    {"identifiers", JsonArray{ToJson(view.identifier)}},
                    {"authorizations", JsonArray{view.authorization}},
                    {"finalize", view.finalize}};
  AddTime(object, "expires", view.expires);
  AddTime(object, "notBefore", view.not_before);
  AddTime(object, "notAfter", view.not_after);
  AddJson(object, "error", view.error);
  AddText(object, "certificate", view.certificate);
  AddText(object, "x5u", view.x5u);
  AddText(object, "replaces", view.replaces);
  return Text(std::move(object));
}

std::string OrdersJson(const std::vector<std::string>& urls) {
  JsonArray list;
  for (const std::string& url : urls) list.emplace_back(url);
  return Text({{"orders", std::move(list)}});
}

std::string ChallengeJson(const ChallengeView& view) { return codec::CanonicalJson(ToJson(view)); }

std::string AuthorizationJson(const AuthorizationView& view) {
  JsonObject object{{"status", view.status},
                    {"identifier", ToJson(view.identifier)},
                    {"challenges", JsonArray{ToJson(view.challenge)}}};
  AddTime(object, "expires", view.expires);
  return Text(std::move(object));
}

std::string RenewalInfoJson(absl::Time start, absl::Time end) {
  return Text({{"suggestedWindow", JsonObject{{"start", TimeText(start)}, {"end", TimeText(end)}}}});
}

}  // namespace sti::acme
