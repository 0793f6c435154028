#include "services/ca/acme_orders.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/acme/certificate_id.h"
#include "common/acme/error.h"
#include "common/acme/identifier.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/store/audit_log.h"
#include "services/ca/acme_accounts.h"
#include "services/ca/acme_usage.h"
#include "services/ca/ca_audit.h"
#include "services/ca/ca_records.h"
#include "services/ca/ca_schema.h"
#include "services/ca/issuing_policy.h"
#include "services/ca/limit_records.h"

namespace sti::ca {
namespace {

using acme::ErrorType;
using acme::Refuse;
using store::Transaction;

constexpr absl::Duration kHour = absl::Hours(1);
constexpr int64_t kOrdersPerPage = 100;
constexpr int64_t kForgottenAtOnce = 500;  // the writer is not held for long
constexpr char kValidate[] = "authorization.validate";
constexpr size_t kChallengeNoise = 16;  // octets; RFC 8555 s8.3 wants 128 bits

std::string ExpiredText() {
  return acme::ProblemOf(Refuse(ErrorType::kMalformed, "it was not completed before it expired")).body;
}

// What clients are told of a token that fails (RFC 9448 s6).
absl::Status AsChallengeError(const absl::Status& why) {
  switch (ReasonOf(why)) {
    case Reason::kSpcTokenFingerprintMismatch:
    case Reason::kSpcTokenTnAuthListMismatch:
      return Refuse(ErrorType::kIncorrectResponse, absl::StrCat(FieldOf(why), ": ", why.message()));
    default:
      return why;
  }
}

// A failure of ours says nothing about the token.
bool IsOurTrouble(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  return reason == Reason::kStorageFailed || reason == Reason::kInternal || reason == Reason::kNotReady ||
         reason == Reason::kUnavailable || reason == Reason::kOverloaded;
}

}  // namespace

absl::Status CheckNotPaused(const AcmeAccount& account) {
  if (!account.paused) return absl::OkStatus();
  return Refuse(ErrorType::kUnauthorized, "the CA has paused this account; ask its operator");
}

absl::Status CheckOwner(bool found, absl::string_view owner, const AcmeAccount& account) {
  if (!found) return Refuse(ErrorType::kMalformed, 404, "there is no such object");
  if (owner == account.id) return absl::OkStatus();
  return Refuse(ErrorType::kUnauthorized, "the object is another account's");
}

void AcmeOrders::Age(AcmeOrder& order) const {
  const bool open = order.state == OrderState::kPending || order.state == OrderState::kReady;
  if (!open || clock_.TimeNow() < order.expires) return;
  order.state = OrderState::kInvalid;
  order.error = ExpiredText();
}

void AcmeOrders::Age(AcmeAuthorization& authorization) const {
  if (clock_.TimeNow() < authorization.expires) return;
  if (authorization.state == AuthorizationState::kValid) authorization.state = AuthorizationState::kExpired;
  if (authorization.state != AuthorizationState::kPending) return;
  authorization.state = AuthorizationState::kInvalid;
  authorization.challenge_state = "invalid";
  authorization.error = ExpiredText();
}

absl::Status AcmeOrders::CheckUsage(Transaction& transaction, const AcmeAccount& account,
                                    absl::Time now) const {
  STI_ASSIGN_OR_RETURN(const Usage orders, OrdersSince(transaction, account.id, now - kHour));
  STI_ASSIGN_OR_RETURN(const int64_t limit, LimitFor(transaction, absl::StrCat("account/", account.id),
                                                     kOrdersPerHour, policy_.orders_per_hour));
  STI_RETURN_IF_ERROR(CheckUsageOf(orders, limit, "orders", now));
  return CheckFailures(transaction, account, now);
}

absl::Status AcmeOrders::CheckFailures(Transaction& transaction, const AcmeAccount& account,
                                       absl::Time now) const {
  STI_ASSIGN_OR_RETURN(const Usage failures, FailuresSince(transaction, account.id, now - kHour));
  STI_ASSIGN_OR_RETURN(const int64_t limit,
                       LimitFor(transaction, absl::StrCat("account/", account.id), kFailedChallengesPerHour,
                                policy_.failed_challenges_per_hour));
  return CheckUsageOf(failures, limit, "failed challenges", now);
}

// RFC 9773 s5.
absl::Status AcmeOrders::CheckReplaces(Transaction& transaction, const AcmeAccount& account,
                                       const acme::NewOrder& request, const std::string& spc) const {
  if (request.replaces.empty()) return absl::OkStatus();
  STI_ASSIGN_OR_RETURN(const acme::CertificateId id, acme::CertificateId::Parse(request.replaces));
  STI_ASSIGN_OR_RETURN(const std::optional<AcmeOrder> order, FindOrderOfSerial(transaction, id.serial));
  const bool fits = order && order->account == account.id && order->spc == spc &&
                    authority_.IsIssuersKeyId(id.authority_key_id);
  if (!fits) {
    return Refuse(ErrorType::kMalformed,
                  "\"replaces\" is not a certificate of this account for this identifier");
  }
  STI_ASSIGN_OR_RETURN(const bool replaced, IsReplaced(transaction, request.replaces, clock_.TimeNow()));
  if (replaced) return Refuse(ErrorType::kAlreadyReplaced, "another order replaces that certificate");
  return absl::OkStatus();
}

absl::StatusOr<OrderWithAuthorization> AcmeOrders::Create(const AcmeAccount& account,
                                                          const acme::NewOrder& request) const {
  STI_RETURN_IF_ERROR(CheckNotPaused(account));
  STI_ASSIGN_OR_RETURN(const acme::TnIdentifier identifier, acme::AcceptIdentifiers(request.identifiers));
  if (const absl::Status fits = CheckScope(authority_, identifier.tn_auth_list); !fits.ok()) {
    return Refuse(ErrorType::kRejectedIdentifier, fits.message());
  }
  const absl::Time now = WholeSeconds(clock_.TimeNow());
  const RequestedValidity validity{request.not_before, request.not_after};
  STI_RETURN_IF_ERROR(ChooseValidity(validity, profile_, authority_.issuing, now).status());

  OrderWithAuthorization created;
  AcmeOrder& order = created.order;
  STI_ASSIGN_OR_RETURN(order.id, MakeAcmeId(random_, now));
  order.account = account.id;
  order.identifier = identifier.value;
  order.tn_auth_list = identifier.tn_auth_list.der();
  order.spc = identifier.spc;
  order.not_before = request.not_before;
  order.not_after = request.not_after;
  order.created = now;
  order.expires = now + policy_.order_lifetime;
  order.replaces = request.replaces;

  AcmeAuthorization& authorization = created.authorization;
  STI_ASSIGN_OR_RETURN(authorization.id, MakeAcmeId(random_, now));
  authorization.order = order.id;
  authorization.account = account.id;
  authorization.identifier = order.identifier;
  authorization.tn_auth_list = order.tn_auth_list;
  authorization.expires = order.expires;
  STI_ASSIGN_OR_RETURN(const std::string noise, random_.Bytes(kChallengeNoise));
  authorization.challenge_token = codec::Base64UrlEncode(noise);

  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(CheckUsage(transaction, account, now));
    STI_ASSIGN_OR_RETURN(const std::string organization,
                         FindVettedOrganization(transaction, order.spc, account.id));
    STI_RETURN_IF_ERROR(CheckVetted(profile_, order.spc, organization));
    STI_RETURN_IF_ERROR(CheckReplaces(transaction, account, request, order.spc));
    return InsertOrder(transaction, order, authorization);
  });
  STI_RETURN_IF_ERROR(written);
  return created;
}

absl::StatusOr<OrderWithAuthorization> AcmeOrders::Get(const AcmeAccount& account,
                                                       absl::string_view id) const {
  std::optional<AcmeOrder> order;
  std::optional<AcmeAuthorization> authorization;
  const absl::Status read = database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(order, FindOrder(transaction, id));
    STI_ASSIGN_OR_RETURN(authorization, FindAuthorizationOfOrder(transaction, id));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  STI_RETURN_IF_ERROR(CheckOwner(order && authorization, order ? order->account : "", account));
  Age(*order);
  Age(*authorization);
  return OrderWithAuthorization{*std::move(order), *std::move(authorization)};
}

absl::StatusOr<OrderList> AcmeOrders::List(const AcmeAccount& account, absl::string_view after) const {
  OrderList list;
  const absl::Status read = database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(list.ids,
                         ListOrderIds(transaction, account.id, after, clock_.TimeNow(), kOrdersPerPage + 1));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  list.more = list.ids.size() > static_cast<size_t>(kOrdersPerPage);
  if (list.more) list.ids.pop_back();
  return list;
}

absl::StatusOr<AcmeAuthorization> AcmeOrders::GetAuthorization(const AcmeAccount& account,
                                                               absl::string_view id) const {
  std::optional<AcmeAuthorization> found;
  const absl::Status read = database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(found, FindAuthorization(transaction, id));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  STI_RETURN_IF_ERROR(CheckOwner(found.has_value(), found ? found->account : "", account));
  Age(*found);
  return *std::move(found);
}

absl::StatusOr<AcmeOrder> AcmeOrders::Settle(Transaction& transaction, const AcmeAuthorization& settled,
                                             OrderState order_state) const {
  STI_ASSIGN_OR_RETURN(std::optional<AcmeOrder> order, FindOrder(transaction, settled.order));
  if (!order) return MakeError(Reason::kInternal, "an authorization without its order");
  STI_RETURN_IF_ERROR(UpdateAuthorization(transaction, settled, AuthorizationState::kPending));
  order->state = order_state;
  if (order_state == OrderState::kInvalid) order->error = settled.error;
  STI_RETURN_IF_ERROR(UpdateOrder(transaction, *order, OrderState::kPending));
  return *std::move(order);
}

absl::StatusOr<AcmeAuthorization> AcmeOrders::Deactivate(const Actor& actor, const AcmeAccount& account,
                                                         absl::string_view id) const {
  STI_ASSIGN_OR_RETURN(const AcmeAuthorization known, GetAuthorization(account, id));
  const std::string error =
      acme::ProblemOf(Refuse(ErrorType::kUnauthorized, "the authorization was deactivated")).body;
  AcmeAuthorization changed = known;
  changed.state = AuthorizationState::kDeactivated;
  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    if (known.state != AuthorizationState::kPending && known.state != AuthorizationState::kValid) {
      return Refuse(ErrorType::kMalformed, "only a pending or valid authorization can be deactivated");
    }
    STI_RETURN_IF_ERROR(UpdateAuthorization(transaction, changed, known.state));
    STI_ASSIGN_OR_RETURN(std::optional<AcmeOrder> order, FindOrder(transaction, known.order));
    if (!order) return MakeError(Reason::kInternal, "an authorization without its order");
    const OrderState before = order->state;
    // A certificate that is out, or on its way, is revoked, not cancelled.
    if (before == OrderState::kPending || before == OrderState::kReady) {
      order->state = OrderState::kInvalid;
      order->error = error;
      STI_RETURN_IF_ERROR(UpdateOrder(transaction, *order, before));
    }
    return store::AppendAudit(
        transaction, actor, AuthorizationEvent("authorization.deactivate", known.state, changed, order->spc),
        clock_.TimeNow());
  });
  STI_RETURN_IF_ERROR(written);
  return changed;
}

absl::StatusOr<AcmeAuthorization> AcmeOrders::Accept(const Actor& actor, const AcmeAuthorization& pending,
                                                     const stir::SpcTokenClaims& claims) const {
  AcmeAuthorization settled = pending;
  const absl::Time now = WholeSeconds(clock_.TimeNow());
  settled.state = AuthorizationState::kValid;
  settled.challenge_state = "valid";
  settled.validated = now;
  settled.token_jti = claims.jti;
  settled.token_ca = claims.ca;
  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(ConsumeToken(transaction, {claims.jti, claims.expires}, tokens_.reuse(), now));
    STI_ASSIGN_OR_RETURN(const AcmeOrder order, Settle(transaction, settled, OrderState::kReady));
    return store::AppendAudit(transaction, actor,
                              AuthorizationEvent(kValidate, pending.state, settled, order.spc),
                              clock_.TimeNow());
  });
  STI_RETURN_IF_ERROR(written);
  return settled;
}

absl::StatusOr<AcmeAuthorization> AcmeOrders::Reject(const Actor& actor, const AcmeAuthorization& pending,
                                                     const std::string& jti, const absl::Status& why) const {
  AcmeAuthorization settled = pending;
  settled.state = AuthorizationState::kInvalid;
  settled.challenge_state = "invalid";
  settled.validated = WholeSeconds(clock_.TimeNow());
  settled.error = acme::ProblemOf(AsChallengeError(why)).body;
  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const AcmeOrder order, Settle(transaction, settled, OrderState::kInvalid));
    AcmeAuthorization shown = settled;
    shown.token_jti = jti;
    store::AuditEvent event = AuthorizationEvent(kValidate, pending.state, shown, order.spc);
    event.outcome = std::string(ReasonName(ReasonOf(why)));
    return store::AppendAudit(transaction, actor, event, clock_.TimeNow());
  });
  STI_RETURN_IF_ERROR(written);
  return settled;
}

absl::StatusOr<AcmeAuthorization> AcmeOrders::AnswerChallenge(const Actor& actor, const AcmeAccount& account,
                                                              const crypto::VerifyingKey& account_key,
                                                              absl::string_view id,
                                                              absl::string_view token) const {
  STI_RETURN_IF_ERROR(CheckNotPaused(account));
  STI_ASSIGN_OR_RETURN(const AcmeAuthorization known, GetAuthorization(account, id));
  if (known.state != AuthorizationState::kPending) return known;
  // Orders that were made before the failures do not give more tries.
  STI_RETURN_IF_ERROR(database_.Read([&](Transaction& transaction) {
    return CheckFailures(transaction, account, WholeSeconds(clock_.TimeNow()));
  }));
  STI_ASSIGN_OR_RETURN(const pki::TnAuthList wanted, pki::TnAuthList::ParseDer(known.tn_auth_list));
  const absl::StatusOr<stir::SpcTokenClaims> claims =
      tokens_.Verify(token, wanted, account_key, clock_.TimeNow());
  absl::StatusOr<AcmeAuthorization> settled = claims.ok() ? Accept(actor, known, *claims) : claims.status();
  if (settled.ok() || IsOurTrouble(settled.status())) return settled;
  // Somebody answered at the same moment, or the account was deactivated.
  if (ReasonOf(settled.status()) == Reason::kStateConflict) return GetAuthorization(account, id);
  settled = Reject(actor, known, claims.ok() ? claims->jti : std::string(), settled.status());
  if (ReasonOf(settled.status()) == Reason::kStateConflict) return GetAuthorization(account, id);
  return settled;
}

absl::StatusOr<int64_t> AcmeOrders::ForgetStale() const {
  int64_t forgotten = 0;
  STI_RETURN_IF_ERROR(database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(
        forgotten, DeleteStaleOrders(transaction, clock_.TimeNow() - kStaleOrderMemory, kForgottenAtOnce));
    return absl::OkStatus();
  }));
  return forgotten;
}

}  // namespace sti::ca
