// Rows of ACME orders and their authorizations. All functions run inside of a transaction; kStorageFailed is
// common to all.
#ifndef SERVICES_CA_ACME_ORDER_RECORDS_H_
#define SERVICES_CA_ACME_ORDER_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/store/database.h"
#include "services/ca/acme_usage.h"

namespace sti::ca {

// RFC 8555 s7.1.6.
enum class OrderState { kPending, kReady, kProcessing, kValid, kInvalid };
enum class AuthorizationState { kPending, kValid, kInvalid, kDeactivated, kExpired, kRevoked };
absl::string_view StateText(OrderState state);
absl::string_view StateText(AuthorizationState state);

struct AcmeOrder {
  std::string id;  // begins with the time of creation: ids are in the order of creation
  std::string account;
  OrderState state = OrderState::kPending;
  std::string identifier;    // value as the client spelled it
  std::string tn_auth_list;  // DER
  std::string spc;
  std::optional<absl::Time> not_before, not_after;
  absl::Time created, expires;
  std::string csr;                         // DER, once finalized
  absl::Time claimed = absl::UnixEpoch();  // when somebody last began to issue it
  std::string serial;                      // once valid
  std::string error;                       // problem document
  std::string replaces;                    // RFC 9773
};

// The authorization of an order with its one challenge, whose state follows: pending, valid, invalid.
struct AcmeAuthorization {
  std::string id, order, account;
  AuthorizationState state = AuthorizationState::kPending;
  std::string identifier, tn_auth_list;
  absl::Time expires;
  std::string challenge_token;
  std::string challenge_state = "pending";
  absl::Time validated = absl::UnixEpoch();  // or found wanting
  std::string error;                         // problem document
  std::string token_jti;                     // of the SPC token
  bool token_ca = false;
};

absl::Status InsertOrder(store::Transaction& transaction, const AcmeOrder& order,
                         const AcmeAuthorization& authorization);
absl::StatusOr<std::optional<AcmeOrder>> FindOrder(store::Transaction& transaction, absl::string_view id);
// The order that this certificate was issued for.
absl::StatusOr<std::optional<AcmeOrder>> FindOrderOfSerial(store::Transaction& transaction,
                                                           absl::string_view serial);
// state, csr, claimed, serial, error; only from the state `from`, else kStateConflict.
absl::Status UpdateOrder(store::Transaction& transaction, const AcmeOrder& order, OrderState from);
// Neither invalid nor expired ones, in the order of creation, those after `after`.
absl::StatusOr<std::vector<std::string>> ListOrderIds(store::Transaction& transaction,
                                                      absl::string_view account, absl::string_view after,
                                                      absl::Time now, int64_t limit);
// Processing, and claimed before `before`.
absl::StatusOr<std::vector<std::string>> ListStuckOrders(store::Transaction& transaction, absl::Time before,
                                                         int64_t limit);
// Pending and ready ones become invalid.
absl::Status CancelOrders(store::Transaction& transaction, absl::string_view account,
                          const std::string& error);
// What an SPC may be certified for ends: its open orders become invalid, also those that are being issued,
// and its authorizations are revoked.
absl::Status RevokeRights(store::Transaction& transaction, absl::string_view spc, const std::string& error);
// An order that is neither invalid nor expired says that it replaces this certificate.
absl::StatusOr<bool> IsReplaced(store::Transaction& transaction, absl::string_view certificate_id,
                                absl::Time now);

absl::StatusOr<std::optional<AcmeAuthorization>> FindAuthorization(store::Transaction& transaction,
                                                                   absl::string_view id);
absl::StatusOr<std::optional<AcmeAuthorization>> FindAuthorizationOfOrder(store::Transaction& transaction,
                                                                          absl::string_view order);
// Everything that changes; only from pending or valid, else kStateConflict.
absl::Status UpdateAuthorization(store::Transaction& transaction, const AcmeAuthorization& authorization,
                                 AuthorizationState from);
// The account has a valid authorization for exactly this TNAuthList (DER).
absl::StatusOr<bool> IsAuthorized(store::Transaction& transaction, absl::string_view account,
                                  absl::string_view tn_auth_list, absl::Time now);

// Orders that expired before `before` without a certificate, with their authorizations, `limit` at most; how
// many they were.
absl::StatusOr<int64_t> DeleteStaleOrders(store::Transaction& transaction, absl::Time before, int64_t limit);

absl::StatusOr<Usage> OrdersSince(store::Transaction& transaction, absl::string_view account,
                                  absl::Time since);
absl::StatusOr<Usage> FailuresSince(store::Transaction& transaction, absl::string_view account,
                                    absl::Time since);

}  // namespace sti::ca

#endif  // SERVICES_CA_ACME_ORDER_RECORDS_H_
