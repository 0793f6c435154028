#include "services/pa/provider_audit.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/codec/json.h"
#include "common/crypto/digest.h"
#include "common/store/audit_log.h"

namespace sti::pa {
namespace {

using codec::JsonArray;
using codec::JsonObject;
using codec::JsonValue;

// Before and after, with the codes beside them, stay within limits::kAuditEvent.
constexpr size_t kMostOctets = 28 * 1024;

JsonValue List(const std::vector<std::string>& texts) {
  JsonArray list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}

JsonValue ContactList(const std::vector<Contact>& contacts) {
  JsonArray list;
  for (const Contact& contact : contacts) {
    JsonObject object{{"role", contact.role}};
    if (!contact.name.empty()) object.emplace_back("name", contact.name);
    if (!contact.email.empty()) object.emplace_back("email", contact.email);
    if (!contact.phone.empty()) object.emplace_back("phone", contact.phone);
    list.emplace_back(std::move(object));
  }
  return list;
}

// What does not fit, so that one can still tell whether it changed.
JsonValue Digest(size_t count, const JsonValue& list) {
  return JsonObject{{"count", static_cast<int64_t>(count)},
                    {"sha256", absl::BytesToHexString(crypto::Sha256(codec::CanonicalJson(list)))}};
}

std::string Text(const std::optional<Provider>& provider) {
  if (!provider) return "";
  const auto write = [&](const JsonValue& clients, const JsonValue& contacts) {
    JsonObject object{{"name", provider->name},
                      {"spcs", List(provider->spcs)},
                      {"client_identities", clients},
                      {"contacts", contacts},
                      {"state", StateName(provider->state)}};
    if (!provider->state_note.empty()) object.emplace_back("state_note", provider->state_note);
    if (!provider->pending_change.empty()) object.emplace_back("pending_change", provider->pending_change);
    return codec::CanonicalJson(object);
  };
  const JsonValue clients = List(provider->client_identities);
  const JsonValue contacts = ContactList(provider->contacts);
  std::string text = write(clients, contacts);
  if (text.size() <= kMostOctets) return text;
  return write(Digest(provider->client_identities.size(), clients),
               Digest(provider->contacts.size(), contacts));
}

}  // namespace

absl::Status AuditProvider(store::Transaction& transaction, const Actor& actor, absl::string_view action,
                           const std::optional<Provider>& before, const std::optional<Provider>& after,
                           absl::Time now) {
  store::AuditEvent event;
  event.action = std::string(action);
  event.object = absl::StrCat("provider/", after ? after->id : before->id);
  for (const std::optional<Provider>* provider : {&before, &after}) {
    if (!*provider) continue;
    event.spcs.insert(event.spcs.end(), (*provider)->spcs.begin(), (*provider)->spcs.end());
  }
  event.before = Text(before);
  event.after = Text(after);
  return store::AppendAudit(transaction, actor, event, now);
}

}  // namespace sti::pa
