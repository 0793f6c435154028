#include "services/ca/acme_server.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/acme/error.h"
#include "common/acme/signed_request.h"
#include "common/admin/request_id.h"
#include "common/base/actor.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/daemon/log.h"
#include "common/jose/jwk.h"

namespace sti::ca {
namespace {

using acme::ErrorType;
using acme::Refuse;
using http::HttpRequest;
using http::HttpResponse;

// Of a problem document in the log, octets: it may quote the request.
constexpr size_t kLoggedProblem = 1024;

// How the signer of a request names itself (RFC 8555 s6.2).
enum class Signer { kAccount, kKey, kEither };
// What may be read without a signature.
enum class Open { kNothing, kDirectory, kNonce, kRenewalInfo };

}  // namespace

struct AcmeServer::Route {
  const char* resource;
  bool has_id;
  const char* part;  // after the id; empty for none
  Signer signer;
  Open open;
  AcmeResources::Reply (AcmeResources::*handler)(const AcmeCall&) const;  // null: see `open`
};

struct AcmeServer::Target {
  std::string resource, id, part, query;
  bool well_formed = false;
};

bool AcmeServer::Serves(absl::string_view target) { return absl::StartsWith(target, kAcmePath); }

AcmeServer::Target AcmeServer::Split(absl::string_view target) {
  Target split;
  absl::ConsumePrefix(&target, kAcmePath);
  if (target.size() > limits::kUrl) return split;
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(target, absl::MaxSplits('?', 1));
  split.query = std::string(halves.second);
  const std::vector<std::string> pieces = absl::StrSplit(halves.first, '/');
  if (pieces.size() > 3) return split;
  split.resource = pieces[0];
  if (pieces.size() > 1) split.id = pieces[1];
  if (pieces.size() > 2) split.part = pieces[2];
  split.well_formed = (pieces.size() < 2 || !split.id.empty()) && (pieces.size() < 3 || !split.part.empty());
  return split;
}

const AcmeServer::Route* AcmeServer::Find(const Target& target) {
  using R = AcmeResources;
  static constexpr Route kRoutes[] = {
      {"directory", false, "", Signer::kAccount, Open::kDirectory, nullptr},
      {"new-nonce", false, "", Signer::kAccount, Open::kNonce, nullptr},
      {"renewal-info", true, "", Signer::kAccount, Open::kRenewalInfo, nullptr},
      {"new-account", false, "", Signer::kKey, Open::kNothing, &R::NewAccount},
      {"account", true, "", Signer::kAccount, Open::kNothing, &R::Account},
      {"account", true, "orders", Signer::kAccount, Open::kNothing, &R::Orders},
      {"key-change", false, "", Signer::kAccount, Open::kNothing, &R::KeyChange},
      {"new-order", false, "", Signer::kAccount, Open::kNothing, &R::NewOrder},
      {"order", true, "", Signer::kAccount, Open::kNothing, &R::Order},
      {"order", true, "finalize", Signer::kAccount, Open::kNothing, &R::Finalize},
      {"authorization", true, "", Signer::kAccount, Open::kNothing, &R::Authorization},
      {"challenge", true, "", Signer::kAccount, Open::kNothing, &R::Challenge},
      {"certificate", true, "", Signer::kAccount, Open::kNothing, &R::Certificate},
      {"revoke-cert", false, "", Signer::kEither, Open::kNothing, &R::RevokeCertificate},
  };
  for (const Route& route : kRoutes) {
    if (target.well_formed && target.resource == route.resource && target.id.empty() != route.has_id &&
        target.part == route.part && (!route.has_id || route.open != Open::kNothing || IsAcmeId(target.id))) {
      return &route;
    }
  }
  return nullptr;
}

void AcmeServer::AddNonce(HttpResponse& response) const {
  const absl::StatusOr<std::string> nonce = nonces_.Make();
  if (nonce.ok()) response.headers.emplace_back("Replay-Nonce", *nonce);
}

HttpResponse AcmeServer::NewNonce(const HttpRequest& request) const {
  HttpResponse response;
  response.status = request.head ? 200 : 204;
  AddNonce(response);
  return response;
}

HttpResponse AcmeServer::Answer(const std::string& id, AcmeResources::Reply reply) const {
  HttpResponse response;
  if (reply.ok()) {
    response = *std::move(reply);
  } else {
    const acme::Problem problem = acme::ProblemOf(reply.status());
    if (observer_ != nullptr) observer_->AcmeProblem(problem.type);
    if (problem.status >= 500) {  // what is wrong here is not for the client's eyes
      daemon::LogError("ACME request failed", {{"request_id", id},
                                               {"reason", ReasonName(ReasonOf(reply.status()))},
                                               {"detail", reply.status().message()}});
    }
    response.status = problem.status;
    response.headers = {{"Content-Type", "application/problem+json"}};
    response.body = problem.body;
    if (problem.retry_after > absl::ZeroDuration()) {
      response.headers.emplace_back("Retry-After", absl::StrCat(absl::ToInt64Seconds(problem.retry_after)));
    }
    if (!problem.instance.empty()) {
      response.headers.emplace_back("Link",
                                    absl::StrCat("<", problem.instance, ">;rel=\"terms-of-service\""));
    }
  }
  return response;
}

absl::StatusOr<AcmeCall> AcmeServer::Authenticate(const HttpRequest& request, const std::string& id,
                                                  const Target& target, const Route& route) const {
  STI_ASSIGN_OR_RETURN(const acme::SealedRequest sealed,
                       acme::SealedRequest::Parse(request.Header("content-type"), request.body));
  const std::string url = links_.Request(request.target);
  STI_RETURN_IF_ERROR(sealed.CheckUrl(url));
  const bool by_key = sealed.jwk().has_value();
  if (by_key && route.signer == Signer::kAccount) {
    return Refuse(ErrorType::kMalformed, "this resource needs \"kid\" in place of \"jwk\"");
  }
  if (!by_key && route.signer == Signer::kKey) {
    return Refuse(ErrorType::kMalformed, "this resource needs \"jwk\" in place of \"kid\"");
  }
  std::optional<AcmeAccount> account;
  std::optional<crypto::VerifyingKey> key = sealed.jwk();
  if (!by_key) {
    STI_ASSIGN_OR_RETURN(account, accounts_.Find(links_.IdOf("account", sealed.kid())));
    STI_ASSIGN_OR_RETURN(const codec::JsonValue jwk, codec::ParseJson(account->jwk, limits::kJson));
    STI_ASSIGN_OR_RETURN(key, jose::ParseJwk(jwk));
  }
  STI_ASSIGN_OR_RETURN(std::string payload, sealed.Open(*key));
  // Only now: a forger must not use up somebody's nonce, nor make the database write.
  STI_RETURN_IF_ERROR(nonces_.Redeem(sealed.nonce()));
  if (account && !account->valid) {
    return Refuse(ErrorType::kUnauthorized, 401, "the account has been deactivated");
  }
  Actor actor{account ? AcmeClient(account->id) : "acme", id};
  return AcmeCall{url,
                  target.id,
                  target.query,
                  *std::move(key),
                  std::move(account),
                  std::move(payload),
                  std::move(actor)};
}

HttpResponse AcmeServer::Unsigned(const HttpRequest& request, const std::string& id, const Target& target,
                                  const Route& route) const {
  switch (route.open) {
    case Open::kDirectory:
      return Answer(id, resources_.Directory());
    case Open::kNonce:
      return NewNonce(request);
    case Open::kRenewalInfo:
      return Answer(id, resources_.RenewalInfo(target.id));
    case Open::kNothing:
      break;
  }
  HttpResponse response = Answer(id, Refuse(ErrorType::kMalformed, 405, "this resource needs a signed POST"));
  response.headers.emplace_back("Allow", "POST");
  return response;
}

HttpResponse AcmeServer::Dispatch(const HttpRequest& request, const std::string& id, const Target& target,
                                  const Route& route) const {
  if (request.method == "GET" || request.method == "HEAD") return Unsigned(request, id, target, route);
  const bool posts = request.method == "POST" && route.open != Open::kRenewalInfo;
  if (!posts) {
    HttpResponse response = Answer(id, Refuse(ErrorType::kMalformed, 405, "the method is not allowed here"));
    response.headers.emplace_back("Allow", route.open == Open::kRenewalInfo ? "GET, HEAD" : "POST");
    return response;
  }
  const absl::StatusOr<AcmeCall> call = Authenticate(request, id, target, route);
  HttpResponse response;
  if (!call.ok()) {
    response = Answer(id, call.status());
  } else if (route.handler != nullptr) {
    response = Answer(id, (resources_.*route.handler)(*call));
  } else if (!call->payload.empty()) {
    response = Answer(id, Refuse(ErrorType::kMalformed, "this resource can be read only"));
  } else {
    response = Unsigned(request, id, target, route);
    if (route.open == Open::kNonce) return response;  // has one
  }
  AddNonce(response);
  return response;
}

HttpResponse AcmeServer::Handle(const HttpRequest& request) const {
  const std::string id = admin::RequestId(request.Header("x-request-id"), random_);
  const Target target = Split(request.target);
  const Route* route = Find(target);
  HttpResponse response;
  if (route == nullptr) {
    response = Answer(id, Refuse(ErrorType::kMalformed, 404, "there is no such resource"));
  } else {
    response = Dispatch(request, id, target, *route);
  }
  if (route == nullptr || route->open != Open::kDirectory) {
    response.headers.emplace_back("Link", absl::StrCat("<", links_.To("directory"), ">;rel=\"index\""));
  }
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (response.status >= 400) {
    daemon::LogInfo("ACME request refused", {{"request_id", id},
                                             {"target", request.target.substr(0, limits::kUrl)},
                                             {"status", absl::StrCat(response.status)},
                                             {"problem", response.body.substr(0, kLoggedProblem)}});
  }
  return response;
}

}  // namespace sti::ca
