#include "common/acme/object_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"

namespace sti::acme {
namespace {

using codec::JsonValue;

constexpr size_t kMaxText = 2048;  // a URL or a status, octets
constexpr size_t kMaxChallenges = 32;

// One object of the server, named in errors.
class Reader {
 public:
  static absl::StatusOr<Reader> Open(absl::string_view name, absl::string_view body) {
    absl::StatusOr<JsonValue> json = codec::ParseJson(body, limits::kJson);
    if (!json.ok() || !json->is_object()) {
      return MakeError(Reason::kInvalidField, std::string(name),
                       absl::StrCat("the ", name, " of the server is no JSON object"));
    }
    return Reader(name, *std::move(json));
  }
  Reader(absl::string_view name, JsonValue json) : name_(name), json_(std::move(json)) {}

  absl::Status Bad(absl::string_view member, absl::string_view what) const {
    return MakeError(Reason::kInvalidField, std::string(name_),
                     absl::StrCat("\"", member, "\" of the server's ", name_, " ", what));
  }
  absl::Status Need(absl::string_view member, std::string& text) const {
    const JsonValue* value = json_.Find(member);
    if (value == nullptr || !value->is_string() || value->if_string()->empty()) {
      return Bad(member, "is missing or no text");
    }
    return Take(member, *value, text);
  }
  // Leaves `text` empty when the member is absent or null.
  absl::Status Read(absl::string_view member, std::string& text) const {
    const JsonValue* value = json_.Find(member);
    if (value == nullptr || value->is_null()) return absl::OkStatus();
    if (!value->is_string()) return Bad(member, "is no text");
    return Take(member, *value, text);
  }
  const JsonValue* Find(absl::string_view member) const { return json_.Find(member); }

 private:
  absl::Status Take(absl::string_view member, const JsonValue& value, std::string& text) const {
    if (value.if_string()->size() > kMaxText) return Bad(member, "is too long");
    text = *value.if_string();
    return absl::OkStatus();
  }

  const absl::string_view name_;
  const JsonValue json_;
};

// A problem document inside of an object; empty without one.
std::string ErrorText(const Reader& reader) {
  const JsonValue* error = reader.Find("error");
  return error == nullptr || !error->is_object() ? "" : codec::CanonicalJson(*error);
}

template <size_t kCount>
absl::Status CheckStatus(const Reader& reader, const std::string& status,
                         const std::array<absl::string_view, kCount>& known) {
  if (std::find(known.begin(), known.end(), status) != known.end()) return absl::OkStatus();
  return reader.Bad("status", "has an unknown value");
}

bool IsSpcTokenChallenge(const Reader& challenge) {
  std::string type, kind;
  return challenge.Read("type", type).ok() && challenge.Read("tkauth-type", kind).ok() &&
         absl::EqualsIgnoreCase(type, "tkauth-01") && (kind.empty() || absl::EqualsIgnoreCase(kind, "atc"));
}

absl::StatusOr<ChallengeView> ReadChallenge(const Reader& reader) {
  constexpr std::array<absl::string_view, 4> kStatuses = {"pending", "processing", "valid", "invalid"};
  ChallengeView view;
  STI_RETURN_IF_ERROR(reader.Need("url", view.url));
  STI_RETURN_IF_ERROR(reader.Need("status", view.status));
  STI_RETURN_IF_ERROR(CheckStatus(reader, view.status, kStatuses));
  view.error = ErrorText(reader);
  return view;
}

}  // namespace

absl::StatusOr<DirectoryView> ReadDirectory(absl::string_view body) {
  STI_ASSIGN_OR_RETURN(const Reader reader, Reader::Open("directory", body));
  DirectoryView view;
  STI_RETURN_IF_ERROR(reader.Need("newNonce", view.new_nonce));
  STI_RETURN_IF_ERROR(reader.Need("newAccount", view.new_account));
  STI_RETURN_IF_ERROR(reader.Need("newOrder", view.new_order));
  STI_RETURN_IF_ERROR(reader.Read("revokeCert", view.revoke_cert));
  STI_RETURN_IF_ERROR(reader.Read("keyChange", view.key_change));
  STI_RETURN_IF_ERROR(reader.Read("renewalInfo", view.renewal_info));
  const JsonValue* meta = reader.Find("meta");
  if (meta == nullptr || !meta->is_object()) return view;
  const Reader inner("directory", *meta);
  STI_RETURN_IF_ERROR(inner.Read("termsOfService", view.terms_of_service));
  STI_RETURN_IF_ERROR(inner.Read("website", view.website));
  const JsonValue* required = meta->Find("externalAccountRequired");
  view.external_account_required = required != nullptr && required->is_bool() && *required->if_bool();
  return view;
}

absl::StatusOr<std::string> ReadAccountStatus(absl::string_view body) {
  constexpr std::array<absl::string_view, 3> kStatuses = {"valid", "deactivated", "revoked"};
  STI_ASSIGN_OR_RETURN(const Reader reader, Reader::Open("account", body));
  std::string status;
  STI_RETURN_IF_ERROR(reader.Need("status", status));
  STI_RETURN_IF_ERROR(CheckStatus(reader, status, kStatuses));
  return status;
}

absl::StatusOr<OrderView> ReadOrder(absl::string_view body) {
  constexpr std::array<absl::string_view, 5> kStatuses = {"pending", "ready", "processing", "valid",
                                                          "invalid"};
  STI_ASSIGN_OR_RETURN(const Reader reader, Reader::Open("order", body));
  OrderView view;
  STI_RETURN_IF_ERROR(reader.Need("status", view.status));
  STI_RETURN_IF_ERROR(CheckStatus(reader, view.status, kStatuses));
  STI_RETURN_IF_ERROR(reader.Need("finalize", view.finalize));
  const JsonValue* list = reader.Find("authorizations");
  const codec::JsonArray* authorizations = list == nullptr ? nullptr : list->if_array();
  if (authorizations == nullptr || authorizations->size() != 1 || !authorizations->front().is_string()) {
    return reader.Bad("authorizations", "does not have one URL");
  }
  view.authorization = *authorizations->front().if_string();
  STI_RETURN_IF_ERROR(reader.Read("certificate", view.certificate));
  STI_RETURN_IF_ERROR(reader.Read("x5u", view.x5u));
  if (view.status == "valid" && view.certificate.empty()) return reader.Bad("certificate", "is missing");
  view.error = ErrorText(reader);
  return view;
}

absl::StatusOr<AuthorizationView> ReadAuthorization(absl::string_view body) {
  constexpr std::array<absl::string_view, 6> kStatuses = {"pending",     "valid",   "invalid",
                                                          "deactivated", "expired", "revoked"};
  STI_ASSIGN_OR_RETURN(const Reader reader, Reader::Open("authorization", body));
  AuthorizationView view;
  STI_RETURN_IF_ERROR(reader.Need("status", view.status));
  STI_RETURN_IF_ERROR(CheckStatus(reader, view.status, kStatuses));
  const JsonValue* list = reader.Find("challenges");
  const codec::JsonArray* challenges = list == nullptr ? nullptr : list->if_array();
  if (challenges == nullptr || challenges->size() > kMaxChallenges) {
    return reader.Bad("challenges", "is no list of challenges");
  }
  for (const JsonValue& one : *challenges) {
    const Reader challenge("challenge", one);
    if (!IsSpcTokenChallenge(challenge)) continue;
    STI_ASSIGN_OR_RETURN(view.challenge, ReadChallenge(challenge));
    break;
  }
  return view;
}

}  // namespace sti::acme
