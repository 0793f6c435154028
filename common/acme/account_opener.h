// The account of a key at an ACME server (RFC 8555 s7.3): found, or made.
#ifndef COMMON_ACME_ACCOUNT_OPENER_H_
#define COMMON_ACME_ACCOUNT_OPENER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/acme/connection.h"
#include "common/base/secret.h"

namespace sti::acme {

struct AccountOptions {
  std::vector<std::string> contacts;  // URLs, such as "mailto:noc@example.com"
  std::string agreed_terms;           // URL of the terms of service that somebody has read and agreed to
  std::string external_key_id;        // External Account Binding; empty: none
  Secret external_key;                // octets of its HMAC key
};

// Asks for the account that the connection's key has already (onlyReturnExisting), and makes one when there
// is none; the connection then signs as it. A key never gets two accounts: the server finds it by the key.
// Errors of Connection; kPermissionDenied for an account that is deactivated or revoked; kConfigInvalid,
// field "agreed_terms" or "external_key_id", for what a new account needs and `options` lack; kInvalidField
// for a useless answer.
absl::Status OpenAccount(Connection& connection, const AccountOptions& options);

}  // namespace sti::acme

#endif  // COMMON_ACME_ACCOUNT_OPENER_H_
