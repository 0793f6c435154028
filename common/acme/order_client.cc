#include "common/acme/order_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/acme/identifier.h"
#include "common/acme/link_header.h"
#include "common/acme/object_reader.h"
#include "common/acme/refusal.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"

namespace sti::acme {
namespace {

using codec::JsonArray;
using codec::JsonObject;
using codec::JsonValue;

constexpr size_t kMaxUrl = 2048;  // octets
constexpr absl::Duration kLongestPause = absl::Seconds(15);

std::string Text(JsonObject object) { return codec::CanonicalJson(JsonValue(std::move(object))); }

// The server did not get to judge: what was asked may be asked again.
bool IsOpen(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  return reason == Reason::kUnavailable || reason == Reason::kOverloaded ||
         reason == Reason::kDeadlineExceeded || TypeOf(status) == ErrorType::kBadNonce;
}

}  // namespace

absl::StatusOr<OrderClient> OrderClient::Begin(Connection& connection, const pki::TnAuthList& tn_auth_list) {
  STI_ASSIGN_OR_RETURN(const DirectoryView directory, connection.Directory());
  const JsonObject identifier{{"type", kTnAuthListType},
                              {"value", codec::Base64UrlEncode(tn_auth_list.der())}};
  STI_ASSIGN_OR_RETURN(const TransportAnswer answer,
                       connection.Post(directory.new_order, Text({{"identifiers", JsonArray{identifier}}})));
  if (!absl::StartsWith(answer.location, "https://") || answer.location.size() > kMaxUrl) {
    return MakeError(Reason::kInvalidField, "Location", "the server gives no URL of the order");
  }
  STI_RETURN_IF_ERROR(ReadOrder(answer.body).status());
  return OrderClient(connection, answer.location);
}

absl::StatusOr<OrderView> OrderClient::Look() {
  absl::StatusOr<TransportAnswer> answer = connection_.PostAsGet(url_);
  if (!answer.ok()) {
    // One that the server does not know, or that is somebody else's.
    over_ = !seen_ && !IsOpen(answer.status());
    return answer.status();
  }
  seen_ = true;
  last_ = *std::move(answer);
  return ReadOrder(last_.body);
}

absl::StatusOr<IssuedChain> OrderClient::Finish(const OrderRequest& request) {
  STI_ASSIGN_OR_RETURN(OrderView order, Look());
  while (true) {
    bool pause = true;
    if (order.status == "invalid") return WhyInvalid(order);
    if (order.status == "valid") {
      STI_ASSIGN_OR_RETURN(IssuedChain chain, DownloadChain(connection_, order.certificate));
      chain.x5u = order.x5u;
      return chain;
    }
    if (order.status == "ready" && !finalized_) {
      STI_ASSIGN_OR_RETURN(order, Finalize(order, request.csr));
      if (order.status == "valid") continue;
    } else if (order.status == "pending") {
      const bool answered_before = answered_;
      STI_RETURN_IF_ERROR(Authorize(order, request));
      // Many CAs have judged the token when they answer.
      pause = answered_ == answered_before || !last_.retry_after.empty();
    }
    if (pause && order.status != "invalid") STI_RETURN_IF_ERROR(Pause());
    STI_ASSIGN_OR_RETURN(order, Look());
  }
}

absl::StatusOr<OrderView> OrderClient::Finalize(const OrderView& order, const std::string& csr) {
  absl::StatusOr<TransportAnswer> answer =
      connection_.Post(order.finalize, Text({{"csr", codec::Base64UrlEncode(csr)}}));
  // A try before may have been heard although its answer was lost: look what has become of it.
  if (TypeOf(answer.status()) == ErrorType::kOrderNotReady) {
    finalized_ = true;
    return order;
  }
  if (!answer.ok()) {
    over_ = !IsOpen(answer.status());
    return answer.status();
  }
  finalized_ = true;
  last_ = *std::move(answer);
  return ReadOrder(last_.body);
}

absl::Status OrderClient::Authorize(const OrderView& order, const OrderRequest& request) {
  STI_ASSIGN_OR_RETURN(last_, connection_.PostAsGet(order.authorization));
  STI_ASSIGN_OR_RETURN(const AuthorizationView authorization, ReadAuthorization(last_.body));
  if (authorization.status == "valid") return absl::OkStatus();  // the order will follow
  if (authorization.status == "pending" && authorization.challenge.status != "invalid") {
    const std::string& challenge = authorization.challenge.status;
    if (answered_ || challenge == "processing" || challenge == "valid") return absl::OkStatus();
    return AnswerChallenge(authorization, request);
  }
  over_ = true;
  return FailureOf(absl::StrCat("the authorization is ", authorization.status),
                   authorization.challenge.error);
}

absl::Status OrderClient::AnswerChallenge(const AuthorizationView& authorization,
                                          const OrderRequest& request) {
  if (authorization.challenge.url.empty()) {
    over_ = true;
    return MakeError(Reason::kInvalidField, "challenges",
                     "the server offers no challenge of type tkauth-01 for an SPC token");
  }
  STI_ASSIGN_OR_RETURN(const std::string token, request.token());
  absl::StatusOr<TransportAnswer> answer =
      connection_.Post(authorization.challenge.url, Text({{request.challenge_member, token}}));
  if (!answer.ok()) {
    over_ = !IsOpen(answer.status());
    return answer.status();
  }
  answered_ = true;
  last_ = *std::move(answer);
  return absl::OkStatus();
}

// The order names its error, or its authorization does.
absl::Status OrderClient::WhyInvalid(const OrderView& order) {
  over_ = true;
  std::string error = order.error;
  if (error.empty()) {
    const absl::StatusOr<TransportAnswer> answer = connection_.PostAsGet(order.authorization);
    if (answer.ok()) {
      const absl::StatusOr<AuthorizationView> authorization = ReadAuthorization(answer->body);
      if (authorization.ok()) error = authorization->challenge.error;
    }
  }
  return FailureOf("the order is invalid", error);
}

absl::Status OrderClient::Pause() {
  ++pauses_;
  return connection_.WaitAfter(last_, std::min(absl::Seconds(pauses_), kLongestPause));
}

absl::StatusOr<IssuedChain> DownloadChain(Connection& connection, const std::string& url) {
  STI_ASSIGN_OR_RETURN(const TransportAnswer answer,
                       connection.PostAsGet(url, "application/pem-certificate-chain"));
  if (answer.body.size() > limits::kChainBody) {
    return MakeError(Reason::kTooLarge, "certificate", "the chain is larger than the limit");
  }
  if (!absl::StrContains(answer.body, "-----BEGIN CERTIFICATE-----")) {
    return MakeError(
        Reason::kInvalidField, "certificate",
        absl::StrCat("the server gives no PEM chain but \"", CleanText(answer.content_type, 60), "\""));
  }
  return IssuedChain{answer.body, LinksWith(answer.links, "alternate"), ""};
}

}  // namespace sti::acme
