// ACME orders, their authorizations and the tkauth-01 challenge (RFC 8555 s7.4, s7.5; RFC 9447; RFC 9448).
#ifndef SERVICES_CA_ACME_ORDERS_H_
#define SERVICES_CA_ACME_ORDERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/acme/payload.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/crypto/es256.h"
#include "common/store/database.h"
#include "services/ca/acme_account_records.h"
#include "services/ca/acme_order_records.h"
#include "services/ca/acme_policy.h"
#include "services/ca/certificate_profile.h"
#include "services/ca/issuing_authority.h"
#include "services/ca/token_verifier.h"

namespace sti::ca {

// An order with its authorization, as of now: what has expired says so.
struct OrderWithAuthorization {
  AcmeOrder order;
  AcmeAuthorization authorization;
};

struct OrderList {
  std::vector<std::string> ids;
  bool more = false;  // after the last of them
};

// kUnauthorized for a paused account (acme/error.h).
absl::Status CheckNotPaused(const AcmeAccount& account);
// kMalformed (404) without an object, kUnauthorized when it is another account's.
absl::Status CheckOwner(bool found, absl::string_view owner, const AcmeAccount& account);

// For clients that come back, and for support.
inline constexpr absl::Duration kStaleOrderMemory = absl::Hours(24 * 7);

// Thread-safe. Errors are those of acme/error.h, and kStorageFailed, kInternal.
class AcmeOrders {
 public:
  // All references must outlive this.
  AcmeOrders(store::Database& database, const AcmePolicy& policy, const TokenVerifier& tokens,
             const IssuingAuthority& authority, const CertificateProfile& profile, const Clock& clock,
             const Random& random)
      : database_(database),
        policy_(policy),
        tokens_(tokens),
        authority_(authority),
        profile_(profile),
        clock_(clock),
        random_(random) {}

  // kUnsupportedIdentifier, kRejectedIdentifier, kCompound, kMalformed (times that the profile does not
  // allow; a certificate to replace that is unknown), kAlreadyReplaced, kRateLimited, kUnauthorized (paused).
  absl::StatusOr<OrderWithAuthorization> Create(const AcmeAccount& account,
                                                const acme::NewOrder& request) const;
  absl::StatusOr<OrderWithAuthorization> Get(const AcmeAccount& account, absl::string_view id) const;
  // Of the account, without invalid and expired ones, those after the order `after`.
  absl::StatusOr<OrderList> List(const AcmeAccount& account, absl::string_view after) const;

  absl::StatusOr<AcmeAuthorization> GetAuthorization(const AcmeAccount& account, absl::string_view id) const;
  // The order becomes invalid with it. kMalformed unless it is pending or valid.
  absl::StatusOr<AcmeAuthorization> Deactivate(const Actor& actor, const AcmeAccount& account,
                                               absl::string_view id) const;
  // Judges the token at once. A token that fails makes challenge, authorization and order invalid, which is
  // an answer and no error. An authorization that is not pending is answered as it is.
  // Either way the audit says so, in the same transaction. kRateLimited after too many failures.
  absl::StatusOr<AcmeAuthorization> AnswerChallenge(const Actor& actor, const AcmeAccount& account,
                                                    const crypto::VerifyingKey& account_key,
                                                    absl::string_view id, absl::string_view token) const;

  // Deletes orders without a certificate kStaleOrderMemory after they expired, some of them at once; how
  // many.
  absl::StatusOr<int64_t> ForgetStale() const;

 private:
  absl::Status CheckUsage(store::Transaction& transaction, const AcmeAccount& account, absl::Time now) const;
  absl::Status CheckFailures(store::Transaction& transaction, const AcmeAccount& account,
                             absl::Time now) const;
  absl::Status CheckReplaces(store::Transaction& transaction, const AcmeAccount& account,
                             const acme::NewOrder& request, const std::string& spc) const;
  absl::StatusOr<AcmeAuthorization> Accept(const Actor& actor, const AcmeAuthorization& pending,
                                           const stir::SpcTokenClaims& claims) const;
  // `jti` of a token that is genuine, but of no use; else empty.
  absl::StatusOr<AcmeAuthorization> Reject(const Actor& actor, const AcmeAuthorization& pending,
                                           const std::string& jti, const absl::Status& why) const;
  // Changes the authorization from pending, and its order to `order_state`; the order is answered.
  absl::StatusOr<AcmeOrder> Settle(store::Transaction& transaction, const AcmeAuthorization& settled,
                                   OrderState order_state) const;
  void Age(AcmeOrder& order) const;
  void Age(AcmeAuthorization& authorization) const;

  store::Database& database_;
  const AcmePolicy& policy_;
  const TokenVerifier& tokens_;
  const IssuingAuthority& authority_;
  const CertificateProfile& profile_;
  const Clock& clock_;
  const Random& random_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_ACME_ORDERS_H_
