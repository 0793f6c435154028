#include "common/acme/payload.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"

namespace sti::acme {
namespace {

using codec::JsonValue;

constexpr size_t kMaxContacts = 10;
constexpr size_t kMaxIdentifiers = 16;
constexpr size_t kMaxCertificateId = 128;  // RFC 9773 s4.1: two key identifiers of base64url

absl::Status Malformed(absl::string_view what) { return Refuse(ErrorType::kMalformed, what); }

absl::StatusOr<JsonValue> ParseObject(absl::string_view payload) {
  absl::StatusOr<JsonValue> json = codec::ParseJson(payload, limits::kJson);
  if (!json.ok()) return Malformed(absl::StrCat("the payload is no JSON: ", json.status().message()));
  if (!json->is_object()) return Malformed("the payload is no JSON object");
  return json;
}

// Absent members leave `text` as it is.
absl::Status ReadText(const JsonValue& json, absl::string_view name, std::string& text) {
  const JsonValue* member = json.Find(name);
  if (member == nullptr) return absl::OkStatus();
  if (!member->is_string()) return Malformed(absl::StrCat("\"", name, "\" is no string"));
  text = *member->if_string();
  return absl::OkStatus();
}

absl::Status ReadFlag(const JsonValue& json, absl::string_view name, bool& flag) {
  const JsonValue* member = json.Find(name);
  if (member == nullptr) return absl::OkStatus();
  if (!member->is_bool()) return Malformed(absl::StrCat("\"", name, "\" is no boolean"));
  flag = *member->if_bool();
  return absl::OkStatus();
}

absl::Status ReadTime(const JsonValue& json, absl::string_view name, std::optional<absl::Time>& time) {
  std::string text;
  STI_RETURN_IF_ERROR(ReadText(json, name, text));
  if (json.Find(name) == nullptr) return absl::OkStatus();
  absl::Time parsed;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &parsed, &error) || parsed == absl::InfiniteFuture() ||
      parsed == absl::InfinitePast()) {
    return Malformed(absl::StrCat("\"", name, "\" is no date and time of RFC 3339"));
  }
  time = parsed;
  return absl::OkStatus();
}

bool IsAddress(absl::string_view address) {
  const size_t at = address.find('@');
  if (at == absl::string_view::npos || at == 0 || at + 1 == address.size()) return false;
  if (address.find('@', at + 1) != absl::string_view::npos) return false;
  return std::all_of(address.begin(), address.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && !absl::StrContains("?,;:<>()[]\"\\", c);
  });
}

absl::Status CheckContact(const std::string& contact) {
  constexpr absl::string_view kMailto = "mailto:";
  if (!absl::StartsWithIgnoreCase(contact, kMailto)) {
    return Refuse(ErrorType::kUnsupportedContact, "only mailto contacts are supported");
  }
  if (contact.size() > limits::kName || !IsAddress(absl::string_view(contact).substr(kMailto.size()))) {
    return Refuse(ErrorType::kInvalidContact, "a mailto contact must be one address without header fields");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ReadContacts(const JsonValue& json) {
  const codec::JsonArray* list = json.if_array();
  if (list == nullptr) return Malformed("\"contact\" is no array");
  if (list->size() > kMaxContacts) {
    return Refuse(ErrorType::kInvalidContact, absl::StrCat("more than ", kMaxContacts, " contacts"));
  }
  std::vector<std::string> contacts;
  for (const JsonValue& entry : *list) {
    if (!entry.is_string()) return Malformed("an entry of \"contact\" is no string");
    STI_RETURN_IF_ERROR(CheckContact(*entry.if_string()));
    contacts.push_back(*entry.if_string());
  }
  return contacts;
}

absl::StatusOr<std::vector<Identifier>> ReadIdentifiers(const JsonValue& json) {
  const JsonValue* member = json.Find("identifiers");
  const codec::JsonArray* list = member == nullptr ? nullptr : member->if_array();
  if (list == nullptr || list->empty() || list->size() > kMaxIdentifiers) {
    return Malformed(absl::StrCat("\"identifiers\" is no array of 1 to ", kMaxIdentifiers));
  }
  std::vector<Identifier> identifiers;
  for (const JsonValue& entry : *list) {
    const JsonValue* type = entry.Find("type");
    const JsonValue* value = entry.Find("value");
    if (type == nullptr || !type->is_string() || value == nullptr || !value->is_string()) {
      return Malformed("an identifier has no \"type\" or no \"value\"");
    }
    identifiers.push_back({*type->if_string(), *value->if_string()});
  }
  return identifiers;
}

}  // namespace

absl::StatusOr<NewAccount> NewAccount::Parse(absl::string_view payload) {
  STI_ASSIGN_OR_RETURN(const JsonValue json, ParseObject(payload));
  NewAccount account;
  if (const JsonValue* contact = json.Find("contact"); contact != nullptr) {
    STI_ASSIGN_OR_RETURN(account.contacts, ReadContacts(*contact));
  }
  STI_RETURN_IF_ERROR(ReadFlag(json, "termsOfServiceAgreed", account.terms_agreed));
  STI_RETURN_IF_ERROR(ReadFlag(json, "onlyReturnExisting", account.only_return_existing));
  if (const JsonValue* binding = json.Find("externalAccountBinding"); binding != nullptr) {
    account.external_account_binding = *binding;
  }
  return account;
}

absl::StatusOr<AccountUpdate> AccountUpdate::Parse(absl::string_view payload) {
  STI_ASSIGN_OR_RETURN(const JsonValue json, ParseObject(payload));
  AccountUpdate update;
  if (const JsonValue* contact = json.Find("contact"); contact != nullptr) {
    STI_ASSIGN_OR_RETURN(update.contacts, ReadContacts(*contact));
  }
  std::string status;
  STI_RETURN_IF_ERROR(ReadText(json, "status", status));
  update.deactivate = status == "deactivated";
  return update;
}

absl::StatusOr<NewOrder> NewOrder::Parse(absl::string_view payload) {
  STI_ASSIGN_OR_RETURN(const JsonValue json, ParseObject(payload));
  NewOrder order;
  STI_ASSIGN_OR_RETURN(order.identifiers, ReadIdentifiers(json));
  STI_RETURN_IF_ERROR(ReadTime(json, "notBefore", order.not_before));
  STI_RETURN_IF_ERROR(ReadTime(json, "notAfter", order.not_after));
  STI_RETURN_IF_ERROR(ReadText(json, "replaces", order.replaces));
  if (order.replaces.size() > kMaxCertificateId)
    return Malformed("\"replaces\" is no certificate identifier");
  return order;
}

absl::Status ParseAuthorizationUpdate(absl::string_view payload) {
  STI_ASSIGN_OR_RETURN(const JsonValue json, ParseObject(payload));
  std::string status;
  STI_RETURN_IF_ERROR(ReadText(json, "status", status));
  return status == "deactivated" ? absl::OkStatus() : Malformed("\"status\" must be \"deactivated\"");
}

absl::StatusOr<std::string> ParseChallengeAnswer(absl::string_view payload) {
  STI_ASSIGN_OR_RETURN(const JsonValue json, ParseObject(payload));
  std::string tkauth, atc;
  STI_RETURN_IF_ERROR(ReadText(json, "tkauth", tkauth));
  STI_RETURN_IF_ERROR(ReadText(json, "atc", atc));
  if (!tkauth.empty() && !atc.empty() && tkauth != atc) return Malformed("\"tkauth\" and \"atc\" differ");
  std::string token = tkauth.empty() ? std::move(atc) : std::move(tkauth);
  if (token.empty()) return Malformed("the SPC token is missing: \"tkauth\"");
  if (token.size() > limits::kSpcToken) return Malformed("the SPC token is larger than the limit");
  return token;
}

absl::StatusOr<std::string> ParseFinalize(absl::string_view payload) {
  STI_ASSIGN_OR_RETURN(const JsonValue json, ParseObject(payload));
  std::string text;
  STI_RETURN_IF_ERROR(ReadText(json, "csr", text));
  if (text.empty()) return Malformed("\"csr\" is missing");
  if (text.size() > limits::kCsr * 2) return Refuse(ErrorType::kBadCsr, "the CSR is larger than the limit");
  absl::StatusOr<std::string> der = codec::Base64UrlDecode(text);
  if (!der.ok()) return Refuse(ErrorType::kBadCsr, "the CSR is not base64url without padding");
  return der;
}

absl::StatusOr<RevokeCertificate> RevokeCertificate::Parse(absl::string_view payload) {
  STI_ASSIGN_OR_RETURN(const JsonValue json, ParseObject(payload));
  RevokeCertificate request;
  std::string text;
  STI_RETURN_IF_ERROR(ReadText(json, "certificate", text));
  if (text.empty() || text.size() > limits::kCertificate * 2) {
    return Malformed("\"certificate\" is missing or larger than the limit");
  }
  absl::StatusOr<std::string> der = codec::Base64UrlDecode(text);
  if (!der.ok()) return Malformed("\"certificate\" is not base64url without padding");
  request.certificate = *std::move(der);
  if (const JsonValue* reason = json.Find("reason"); reason != nullptr) {
    if (!reason->is_int()) return Refuse(ErrorType::kBadRevocationReason, "\"reason\" is no integer");
    request.reason = *reason->if_int();
  }
  return request;
}

}  // namespace sti::acme
