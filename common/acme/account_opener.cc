#include "common/acme/account_opener.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/acme/object_reader.h"
#include "common/acme/refusal.h"
#include "common/acme/request_writer.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"

namespace sti::acme {
namespace {

using codec::JsonObject;
using codec::JsonValue;

constexpr size_t kMaxUrl = 2048;  // octets

// Signs as the account from now on.
absl::Status Adopt(Connection& connection, const TransportAnswer& answer) {
  if (!absl::StartsWith(answer.location, "https://") || answer.location.size() > kMaxUrl) {
    return MakeError(Reason::kInvalidField, "Location", "the server gives no URL of the account");
  }
  STI_ASSIGN_OR_RETURN(const std::string status, ReadAccountStatus(answer.body));
  if (status != "valid") {
    return MakeError(Reason::kPermissionDenied, absl::StrCat("the account of this key is ", status,
                                                             "; another needs another account key"));
  }
  connection.set_account(answer.location);
  return absl::OkStatus();
}

absl::StatusOr<JsonObject> NewAccount(const DirectoryView& directory, const Connection& connection,
                                      const AccountOptions& options) {
  JsonObject payload;
  if (!options.contacts.empty()) {
    payload.emplace_back("contact", codec::JsonArray(options.contacts.begin(), options.contacts.end()));
  }
  // Nobody agrees to terms but by their URL: a server that changes them asks again.
  if (!directory.terms_of_service.empty()) {
    if (options.agreed_terms != directory.terms_of_service) {
      return MakeError(
          Reason::kConfigInvalid, "agreed_terms",
          absl::StrCat("the CA demands agreement to its terms of service: read them and set agreed_terms to ",
                       CleanText(directory.terms_of_service, kMaxUrl)));
    }
    payload.emplace_back("termsOfServiceAgreed", true);
  }
  if (!options.external_key_id.empty()) {
    payload.emplace_back("externalAccountBinding",
                         BindExternalAccount(options.external_key_id, options.external_key,
                                             directory.new_account, connection.account_key()));
  } else if (directory.external_account_required) {
    return MakeError(
        Reason::kConfigInvalid, "external_key_id",
        "the CA opens accounts only with a key that it has handed out (External Account Binding)");
  }
  return payload;
}

}  // namespace

absl::Status OpenAccount(Connection& connection, const AccountOptions& options) {
  STI_ASSIGN_OR_RETURN(const DirectoryView directory, connection.Directory());
  connection.set_account("");
  const absl::StatusOr<TransportAnswer> existing =
      connection.Post(directory.new_account, R"({"onlyReturnExisting":true})");
  if (existing.ok()) return Adopt(connection, *existing);
  if (TypeOf(existing.status()) != ErrorType::kAccountDoesNotExist) return existing.status();
  STI_ASSIGN_OR_RETURN(JsonObject payload, NewAccount(directory, connection, options));
  STI_ASSIGN_OR_RETURN(
      const TransportAnswer made,
      connection.Post(directory.new_account, codec::CanonicalJson(JsonValue(std::move(payload)))));
  return Adopt(connection, made);
}

}  // namespace sti::acme
