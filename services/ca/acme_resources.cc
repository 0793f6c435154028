#include "services/ca/acme_resources.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/acme/certificate_id.h"
#include "common/acme/error.h"
#include "common/acme/identifier.h"
#include "common/acme/nested_jws.h"
#include "common/acme/object_json.h"
#include "common/acme/payload.h"
#include "common/base/actor.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/pki/certificate.h"
#include "services/ca/certificate_issuer.h"

namespace sti::ca {
namespace {

using acme::ErrorType;
using acme::Refuse;
using http::HttpResponse;
using store::Transaction;

constexpr absl::Duration kPollInterval = absl::Seconds(3);
constexpr absl::Duration kRenewalPollInterval = absl::Hours(6);

HttpResponse Json(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}};
  response.body = std::move(body);
  return response;
}

void AddLink(HttpResponse& response, absl::string_view url, absl::string_view relation) {
  response.headers.emplace_back("Link", absl::StrCat("<", url, ">;rel=\"", relation, "\""));
}

void AddRetryAfter(HttpResponse& response, absl::Duration wait) {
  response.headers.emplace_back("Retry-After", absl::StrCat(absl::ToInt64Seconds(wait)));
}

acme::Identifier IdentifierOf(const std::string& value) { return {acme::kTnAuthListType, value}; }

absl::Status NoUpdates(const AcmeCall& call) {
  if (call.payload.empty()) return absl::OkStatus();
  return Refuse(ErrorType::kMalformed, "this resource can be read only: POST-as-GET with an empty payload");
}

// A third of the lifetime is left for trouble, as sti-as does it.
std::pair<absl::Time, absl::Time> RenewalWindow(const CertificateRecord& record) {
  const absl::Duration life = record.not_after - record.not_before;
  if (record.revoked) return {*record.revoked - absl::Seconds(1), *record.revoked};
  return {record.not_before + life * 2 / 3, record.not_before + life * 3 / 4};
}

acme::ChallengeView ChallengeOf(const AcmeAuthorization& authorization, const AcmeLinks& links,
                                const AcmePolicy& policy) {
  acme::ChallengeView view;
  view.url = links.To("challenge", authorization.id);
  view.status = authorization.challenge_state;
  view.token = authorization.challenge_token;
  view.token_authority = policy.token_authority;
  if (view.status == "valid") view.validated = authorization.validated;
  view.error = authorization.error;
  return view;
}

}  // namespace

AcmeResources::Reply AcmeResources::Directory() const {
  acme::DirectoryView view;
  view.new_nonce = links_.To("new-nonce");
  view.new_account = links_.To("new-account");
  view.new_order = links_.To("new-order");
  view.revoke_cert = links_.To("revoke-cert");
  view.key_change = links_.To("key-change");
  view.renewal_info = links_.To("renewal-info");
  view.terms_of_service = parts_.policy.terms_of_service;
  view.website = parts_.policy.website;
  view.external_account_required = parts_.policy.external_account_required;
  return Json(200, acme::DirectoryJson(view));
}

absl::StatusOr<std::optional<CertificateRecord>> AcmeResources::FindRecord(absl::string_view serial) const {
  std::optional<CertificateRecord> record;
  const absl::Status read = parts_.database.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(record, FindCertificate(transaction, serial));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  return record;
}

AcmeResources::Reply AcmeResources::RenewalInfo(absl::string_view id) const {
  STI_ASSIGN_OR_RETURN(const acme::CertificateId certificate, acme::CertificateId::Parse(id));
  STI_ASSIGN_OR_RETURN(const std::optional<CertificateRecord> record, FindRecord(certificate.serial));
  if (!record || !parts_.authority.IsIssuersKeyId(certificate.authority_key_id)) {
    return Refuse(ErrorType::kMalformed, 404, "no such certificate was issued");
  }
  const auto [start, end] = RenewalWindow(*record);
  HttpResponse response = Json(200, acme::RenewalInfoJson(start, end));
  AddRetryAfter(response, kRenewalPollInterval);
  return response;
}

HttpResponse AcmeResources::AccountReply(const AcmeAccount& account, int status) const {
  acme::AccountView view;
  view.status = account.valid ? "valid" : "deactivated";
  view.orders = links_.To("account", account.id, "orders");
  view.contacts = account.contacts;
  view.terms_agreed = !account.terms.empty();
  view.external_account_binding = account.external_binding;
  HttpResponse response = Json(status, acme::AccountJson(view));
  response.headers.emplace_back("Location", links_.To("account", account.id));
  return response;
}

AcmeResources::Reply AcmeResources::NewAccount(const AcmeCall& call) const {
  STI_ASSIGN_OR_RETURN(const acme::NewAccount request, acme::NewAccount::Parse(call.payload));
  STI_ASSIGN_OR_RETURN(const AcmeAccounts::Registered registered,
                       parts_.accounts.Register(call.actor, request, call.key, call.url));
  HttpResponse response = AccountReply(registered.account, registered.created ? 201 : 200);
  if (!parts_.policy.terms_of_service.empty()) {
    AddLink(response, parts_.policy.terms_of_service, "terms-of-service");
  }
  return response;
}

AcmeResources::Reply AcmeResources::Account(const AcmeCall& call) const {
  STI_RETURN_IF_ERROR(CheckOwner(true, call.id, *call.account));
  if (call.payload.empty()) return AccountReply(*call.account, 200);
  STI_ASSIGN_OR_RETURN(const acme::AccountUpdate update, acme::AccountUpdate::Parse(call.payload));
  STI_ASSIGN_OR_RETURN(const AcmeAccount account, parts_.accounts.Update(call.actor, *call.account, update));
  return AccountReply(account, 200);
}

AcmeResources::Reply AcmeResources::Orders(const AcmeCall& call) const {
  STI_RETURN_IF_ERROR(NoUpdates(call));
  STI_RETURN_IF_ERROR(CheckOwner(true, call.id, *call.account));
  absl::string_view after = call.query;
  absl::ConsumePrefix(&after, "after=");
  if (!after.empty() && !IsAcmeId(after)) return Refuse(ErrorType::kMalformed, "\"after\" is no order");
  STI_ASSIGN_OR_RETURN(const OrderList list, parts_.orders.List(*call.account, after));
  std::vector<std::string> urls;
  for (const std::string& id : list.ids) urls.push_back(links_.To("order", id));
  HttpResponse response = Json(200, acme::OrdersJson(urls));
  if (list.more) {
    AddLink(response, absl::StrCat(links_.To("account", call.id, "orders"), "?after=", list.ids.back()),
            "next");
  }
  return response;
}

AcmeResources::Reply AcmeResources::KeyChange(const AcmeCall& call) const {
  STI_ASSIGN_OR_RETURN(const acme::KeyChange change, acme::OpenKeyChange(call.payload, call.url));
  STI_ASSIGN_OR_RETURN(
      const std::optional<std::string> taken_by,
      parts_.accounts.ChangeKey(call.actor, *call.account, links_.To("account", call.account->id), change));
  if (!taken_by) return AccountReply(*call.account, 200);
  const acme::Problem problem =
      acme::ProblemOf(Refuse(ErrorType::kMalformed, 409, "another account has the new key"));
  HttpResponse response = Json(problem.status, problem.body);
  response.headers = {{"Content-Type", "application/problem+json"},
                      {"Location", links_.To("account", *taken_by)}};
  return response;
}

HttpResponse AcmeResources::OrderReply(const OrderWithAuthorization& found, int status) const {
  const AcmeOrder& order = found.order;
  acme::OrderView view;
  view.status = std::string(StateText(order.state));
  view.expires = order.expires;
  view.identifier = IdentifierOf(order.identifier);
  view.not_before = order.not_before;
  view.not_after = order.not_after;
  view.error = order.error;
  view.authorization = links_.To("authorization", found.authorization.id);
  view.finalize = links_.To("order", order.id, "finalize");
  view.replaces = order.replaces;
  if (order.state == OrderState::kValid) {
    view.certificate = links_.To("certificate", order.serial);
    view.x5u = absl::StrCat(repository_url_, RepositoryPath(order.serial));
  }
  HttpResponse response = Json(status, acme::OrderJson(view));
  response.headers.emplace_back("Location", links_.To("order", order.id));
  if (order.state == OrderState::kProcessing) AddRetryAfter(response, kPollInterval);
  return response;
}

AcmeResources::Reply AcmeResources::NewOrder(const AcmeCall& call) const {
  STI_ASSIGN_OR_RETURN(const acme::NewOrder request, acme::NewOrder::Parse(call.payload));
  STI_ASSIGN_OR_RETURN(const OrderWithAuthorization created, parts_.orders.Create(*call.account, request));
  return OrderReply(created, 201);
}

AcmeResources::Reply AcmeResources::Order(const AcmeCall& call) const {
  STI_RETURN_IF_ERROR(NoUpdates(call));
  STI_ASSIGN_OR_RETURN(const OrderWithAuthorization found, parts_.orders.Get(*call.account, call.id));
  return OrderReply(found, 200);
}

AcmeResources::Reply AcmeResources::Finalize(const AcmeCall& call) const {
  STI_ASSIGN_OR_RETURN(const std::string csr, acme::ParseFinalize(call.payload));
  STI_ASSIGN_OR_RETURN(const OrderWithAuthorization found,
                       parts_.finalizer.Finalize(call.actor, *call.account, call.id, csr));
  return OrderReply(found, 200);
}

HttpResponse AcmeResources::AuthorizationReply(const AcmeAuthorization& authorization) const {
  acme::AuthorizationView view;
  view.status = std::string(StateText(authorization.state));
  view.expires = authorization.expires;
  view.identifier = IdentifierOf(authorization.identifier);
  view.challenge = ChallengeOf(authorization, links_, parts_.policy);
  HttpResponse response = Json(200, acme::AuthorizationJson(view));
  if (authorization.state == AuthorizationState::kPending) AddRetryAfter(response, kPollInterval);
  return response;
}

AcmeResources::Reply AcmeResources::Authorization(const AcmeCall& call) const {
  if (call.payload.empty()) {
    STI_ASSIGN_OR_RETURN(const AcmeAuthorization found,
                         parts_.orders.GetAuthorization(*call.account, call.id));
    return AuthorizationReply(found);
  }
  STI_RETURN_IF_ERROR(acme::ParseAuthorizationUpdate(call.payload));
  STI_ASSIGN_OR_RETURN(const AcmeAuthorization changed,
                       parts_.orders.Deactivate(call.actor, *call.account, call.id));
  return AuthorizationReply(changed);
}

AcmeResources::Reply AcmeResources::Challenge(const AcmeCall& call) const {
  absl::StatusOr<AcmeAuthorization> found;
  if (call.payload.empty()) {
    found = parts_.orders.GetAuthorization(*call.account, call.id);
  } else {
    STI_ASSIGN_OR_RETURN(const std::string token, acme::ParseChallengeAnswer(call.payload));
    found = parts_.orders.AnswerChallenge(call.actor, *call.account, call.key, call.id, token);
  }
  if (!found.ok()) return found.status();
  HttpResponse response = Json(200, acme::ChallengeJson(ChallengeOf(*found, links_, parts_.policy)));
  AddLink(response, links_.To("authorization", found->id), "up");
  return response;
}

AcmeResources::Reply AcmeResources::Certificate(const AcmeCall& call) const {
  STI_RETURN_IF_ERROR(NoUpdates(call));
  std::optional<AcmeOrder> order;
  std::optional<CertificateRecord> record;
  const absl::Status read = parts_.database.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(order, FindOrderOfSerial(transaction, call.id));
    STI_ASSIGN_OR_RETURN(record, FindCertificate(transaction, call.id));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  STI_RETURN_IF_ERROR(CheckOwner(order && record, order ? order->account : "", *call.account));
  HttpResponse response;
  response.headers = {{"Content-Type", "application/pem-certificate-chain"}};
  response.body = std::move(record->chain_pem);
  return response;
}

// RFC 8555 s7.6: the account that it was issued to, an account with the same authority, or the key itself.
absl::Status AcmeResources::CheckMayRevoke(const AcmeCall& call, const pki::Certificate& certificate) const {
  if (!call.account) {
    const absl::StatusOr<crypto::VerifyingKey> key = certificate.Es256Key();
    if (key.ok() && *key == call.key) return absl::OkStatus();
    return Refuse(ErrorType::kUnauthorized, "the request is not signed with the certificate's key");
  }
  bool allowed = false;
  const absl::Status read = parts_.database.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<AcmeOrder> order,
                         FindOrderOfSerial(transaction, certificate.serial()));
    allowed = order && order->account == call.account->id;
    if (allowed || !certificate.tn_auth_list()) return absl::OkStatus();
    STI_ASSIGN_OR_RETURN(allowed, IsAuthorized(transaction, call.account->id,
                                               certificate.tn_auth_list()->der(), parts_.clock.TimeNow()));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  if (allowed) return absl::OkStatus();
  return Refuse(ErrorType::kUnauthorized, "the certificate is another account's");
}

AcmeResources::Reply AcmeResources::RevokeCertificate(const AcmeCall& call) const {
  STI_ASSIGN_OR_RETURN(const acme::RevokeCertificate request, acme::RevokeCertificate::Parse(call.payload));
  const absl::StatusOr<pki::Certificate> certificate = pki::Certificate::ParseDer(request.certificate);
  if (!certificate.ok()) return Refuse(ErrorType::kMalformed, "\"certificate\" cannot be parsed");
  STI_ASSIGN_OR_RETURN(const std::optional<CertificateRecord> record, FindRecord(certificate->serial()));
  bool issued_here = false;
  if (record) {
    STI_ASSIGN_OR_RETURN(const pki::CertificateChain chain, pki::CertificateChain::Parse(record->chain_pem));
    issued_here = chain.leaf().der() == certificate->der();
  }
  if (!issued_here) return Refuse(ErrorType::kMalformed, 404, "this CA has not issued that certificate");
  STI_RETURN_IF_ERROR(CheckMayRevoke(call, *certificate));
  const int64_t reason = request.reason.value_or(0);
  if (!IsSubscribersReason(reason)) {
    return Refuse(ErrorType::kBadRevocationReason, "reasons that may be given: 0, 1, 3, 4 and 5");
  }
  const Actor actor{call.account ? call.actor.client : "acme: key of the certificate", call.actor.request_id};
  const absl::Status revoked =
      parts_.revoker.Revoke(actor, certificate->serial(), static_cast<int>(reason)).status();
  if (ReasonOf(revoked) == Reason::kAlreadyExists) {
    return Refuse(ErrorType::kAlreadyRevoked, "the certificate has been revoked already");
  }
  STI_RETURN_IF_ERROR(revoked);
  return HttpResponse();
}

}  // namespace sti::ca
