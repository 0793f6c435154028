#include "common/acme/fake_server_testing.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/acme/nested_jws.h"
#include "common/acme/payload.h"
#include "common/acme/signed_request.h"
#include "common/base/reason.h"
#include "common/base/secret.h"
#include "common/codec/json.h"

namespace sti::acme {
namespace {

constexpr char kBase[] = "https://ca.test";

std::string Quoted(absl::string_view text) { return absl::StrCat("\"", text, "\""); }

}  // namespace

std::string FakeServer::NewNonce() {
  std::string nonce = absl::StrCat("nonce", absl::Dec(++nonces_made_, absl::kZeroPad3));
  nonces_.insert(nonce);
  return nonce;
}

TransportAnswer FakeServer::Answer(int status, std::string body) const {
  TransportAnswer answer;
  answer.status = status;
  answer.content_type = "application/json";
  answer.body = std::move(body);
  return answer;
}

TransportAnswer FakeServer::Problem(int status, absl::string_view type, absl::string_view detail) const {
  TransportAnswer answer =
      Answer(status, codec::CanonicalJson(codec::JsonObject{
                         {"type", absl::StrCat("urn:ietf:params:acme:error:", type)}, {"detail", detail}}));
  answer.content_type = "application/problem+json";
  return answer;
}

absl::Status FakeServer::Wait(absl::Duration time) {
  waits.push_back(time);
  clock_.Advance(time);
  return absl::OkStatus();
}

absl::StatusOr<TransportAnswer> FakeServer::Send(const TransportRequest& request) {
  if (!away.ok()) return away;
  const std::string path(absl::StripPrefix(request.url, kBase));
  requests.push_back(absl::StrCat(request.method, " ", path));
  auto& scripted = instead[path];
  if (!scripted.empty()) {
    TransportAnswer answer = scripted.front();
    scripted.erase(scripted.begin());
    return answer;
  }
  TransportAnswer answer = Dispatch(request, path);
  const bool bad_nonce = absl::StrContains(answer.body, ":badNonce");
  if (path != "/directory" && (!bad_nonce || fresh_nonce_with_badnonce)) answer.nonce = NewNonce();
  if (loses_finalize_answer && path == "/finalize/1") {
    loses_finalize_answer = false;
    return MakeError(Reason::kUnavailable, "connection lost");
  }
  return answer;
}

TransportAnswer FakeServer::Dispatch(const TransportRequest& request, const std::string& path) {
  if (path == "/directory") {
    return Answer(
        200, absl::StrCat(R"({"newNonce":"https://ca.test/nonce","newAccount":"https://ca.test/account",)",
                          R"("newOrder":"https://ca.test/order","meta":{"externalAccountRequired":)",
                          external_key_id.empty() ? "false" : "true",
                          terms.empty() ? "" : absl::StrCat(R"(,"termsOfService":")", terms, "\""), "}}"));
  }
  if (path == "/nonce") return Answer(200, "");
  const auto sealed = SealedRequest::Parse("application/jose+json", request.body);
  if (!sealed.ok()) return Problem(400, "malformed", sealed.status().message());
  if (sealed->url() != request.url) return Problem(403, "unauthorized", "url");
  if (nonces_.erase(sealed->nonce()) == 0) return Problem(400, "badNonce");
  if (reject_nonces > 0) return --reject_nonces, Problem(400, "badNonce");
  const auto& key = sealed->kid().empty() ? sealed->jwk() : account_key_;
  if (!key || (!sealed->kid().empty() && sealed->kid() != "https://ca.test/account/1")) {
    return Problem(400, "accountDoesNotExist");
  }
  const auto payload = sealed->Open(*key);
  if (!payload.ok()) return Problem(400, "malformed", "signature");
  if (path == "/account") return NewAccount(*payload, *key);
  if (sealed->kid().empty()) return Problem(403, "unauthorized", "no account");
  if (path == "/order") {
    ++orders;
    order_status = "pending";
    challenge_status_ = "pending";
    const auto parsed = NewOrder::Parse(*payload);
    if (!parsed.ok() || parsed->identifiers.at(0).type != "TNAuthList")
      return Problem(400, "unsupportedIdentifier");
    return Order(201);
  }
  if (order_status == "none") return Problem(404, "malformed", "no such order");
  if (path == "/order/1") return Order(200);
  if (path == "/authorization/1") return Authorization(false);
  if (path == "/challenge/1") {
    ++challenges;
    const auto answered = codec::ParseJson(*payload, payload->size());
    const auto* member = answered.ok() ? answered->Find(challenge_member) : nullptr;
    if (member == nullptr) return Problem(400, "malformed", "no token");
    token = *member->if_string();
    challenge_status_ = !challenge_error.empty() ? "invalid" : challenge_delay > 0 ? "processing" : "valid";
    order_status = challenge_status_ == "valid"     ? "ready"
                   : challenge_status_ == "invalid" ? "invalid"
                                                    : order_status;
    return Authorization(true);
  }
  if (path == "/finalize/1") {
    ++finalizes;
    if (order_status != "ready") return Problem(403, "orderNotReady");
    const auto der = ParseFinalize(*payload);
    if (!der.ok()) return Problem(400, "badCSR");
    csr = *der;
    order_status = !order_error.empty() ? "invalid" : order_delay > 0 ? "processing" : "valid";
    return Order(200);
  }
  if (path == "/certificate/1" || path == "/certificate/2") {
    const bool alternate = path == "/certificate/2" && !alternate_chain.empty();
    TransportAnswer answer = Answer(200, alternate ? alternate_chain : chain);
    answer.content_type = chain_type;
    answer.links = {"<https://ca.test/directory>;rel=\"index\"",
                    "<https://ca.test/certificate/2>;rel=\"alternate\""};
    return answer;
  }
  return Problem(404, "malformed", "no such resource");
}

TransportAnswer FakeServer::NewAccount(const std::string& payload, const crypto::VerifyingKey& key) {
  const auto parsed = acme::NewAccount::Parse(payload);
  if (!parsed.ok()) return Problem(400, "malformed", parsed.status().message());
  const bool known = account_key_ && *account_key_ == key;
  if (!known && parsed->only_return_existing) return Problem(400, "accountDoesNotExist");
  if (!known) {
    if (!terms.empty() && !parsed->terms_agreed) return Problem(403, "userActionRequired");
    if (!external_key_id.empty()) {
      if (!parsed->external_account_binding) return Problem(403, "externalAccountRequired");
      const auto binding =
          ExternalAccountBinding::Parse(*parsed->external_account_binding, "https://ca.test/account");
      if (!binding.ok() || binding->kid() != external_key_id ||
          !binding->Check(Secret(external_key), key).ok()) {
        return Problem(403, "unauthorized", "binding");
      }
    }
    ++accounts;
    account_key_ = key;
    for (const std::string& contact : parsed->contacts) absl::StrAppend(&contacts, contact, " ");
  }
  TransportAnswer answer = Answer(known ? 200 : 201, absl::StrCat(R"({"status":")", account_status, "\"}"));
  answer.location = "https://ca.test/account/1";
  return answer;
}

TransportAnswer FakeServer::Order(int status) {
  if (order_status == "processing" && status == 200 && order_delay-- <= 0) order_status = "valid";
  std::string body = absl::StrCat(R"({"status":")", order_status,
                                  R"(","authorizations":["https://ca.test/authorization/1"],)",
                                  R"("finalize":"https://ca.test/finalize/1")");
  if (order_status == "valid") {
    absl::StrAppend(&body, R"(,"certificate":"https://ca.test/certificate/1")");
    if (names_x5u) absl::StrAppend(&body, R"(,"x5u":"https://cr.test/1.pem")");
  }
  if (!order_error.empty() && order_status == "invalid") absl::StrAppend(&body, ",\"error\":", order_error);
  TransportAnswer answer = Answer(status, absl::StrCat(body, "}"));
  answer.location = order_url();
  if (order_status == "processing") answer.retry_after = retry_after;
  return answer;
}

TransportAnswer FakeServer::Authorization(bool challenge_only) {
  if (!challenge_only && challenge_status_ == "processing" && challenge_delay-- <= 0) {
    challenge_status_ = "valid";
    order_status = "ready";
  }
  const std::string error =
      challenge_status_ == "invalid" ? absl::StrCat(",\"error\":", challenge_error) : "";
  const std::string challenge = absl::StrCat(
      R"({"type":"tkauth-01","tkauth-type":"atc","token":"x","url":"https://ca.test/challenge/1","status":)",
      Quoted(challenge_status_), error, "}");
  if (challenge_only) return Answer(200, challenge);
  const std::string status = challenge_status_ == "processing" ? "pending" : challenge_status_;
  // A challenge that no key manager of a provider can meet stands first.
  TransportAnswer answer = Answer(
      200, absl::StrCat("{\"status\":", Quoted(status),
                        R"(,"challenges":[{"type":"http-01","url":"https://x.test","status":"pending"},)",
                        challenge, "]}"));
  if (status == "pending") answer.retry_after = retry_after;
  return answer;
}

}  // namespace sti::acme
