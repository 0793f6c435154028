// ACME objects as JSON (RFC 8555 s7.1, RFC 9447 s3, RFC 9448 s7, RFC 9773 s4).
#ifndef COMMON_ACME_OBJECT_JSON_H_
#define COMMON_ACME_OBJECT_JSON_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/acme/error.h"

namespace sti::acme {

// URLs and texts; empty ones are left out.
struct DirectoryView {
  std::string new_nonce, new_account, new_order, revoke_cert, key_change, renewal_info;
  std::string terms_of_service, website;
  bool external_account_required = false;
};

struct AccountView {
  std::string status, orders;
  std::vector<std::string> contacts;
  bool terms_agreed = false;
  std::string external_account_binding;  // JSON text as received
};

struct OrderView {
  std::string status;
  std::optional<absl::Time> expires;
  Identifier identifier;
  std::optional<absl::Time> not_before, not_after;
  std::string error;  // a problem document
  std::string authorization, finalize, certificate, x5u, replaces;
};

struct ChallengeView {
  std::string url, status, token, token_authority;
  std::optional<absl::Time> validated;
  std::string error;
};

struct AuthorizationView {
  std::string status;
  std::optional<absl::Time> expires;
  Identifier identifier;
  ChallengeView challenge;
};

// Whole seconds in UTC, as X.509 has them.
std::string TimeText(absl::Time time);

std::string DirectoryJson(const DirectoryView& view);
std::string AccountJson(const AccountView& view);
std::string OrderJson(const OrderView& view);
std::string OrdersJson(const std::vector<std::string>& urls);
std::string ChallengeJson(const ChallengeView& view);
std::string AuthorizationJson(const AuthorizationView& view);
std::string RenewalInfoJson(absl::Time start, absl::Time end);

}  // namespace sti::acme

#endif  // COMMON_ACME_OBJECT_JSON_H_
