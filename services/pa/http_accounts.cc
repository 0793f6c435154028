#include "services/pa/http_accounts.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/daemon/log.h"
#include "services/pa/http_answers.h"
#include "services/pa/http_bodies.h"
#include "services/pa/provider_records.h"

namespace sti::pa {
namespace {

bool IsJson(const http::HttpRequest& request) {
  return absl::EqualsIgnoreCase(http::MediaTypeOf(request.Header("content-type")), kJsonType);
}

http::HttpResponse WrongType() { return ErrorAnswer(415, "the body must be application/json"); }

// 701 is about an atc; here it would mislead.
http::HttpResponse BadLoginBody(const absl::Status& why) {
  return ErrorAnswer(400, FieldOf(why).empty() ? std::string(why.message())
                                               : absl::StrCat(FieldOf(why), ": ", why.message()));
}

// As deployed without "Bearer", as RFC 6750 s2.1 with it.
absl::string_view AccessTokenOf(const http::HttpRequest& request) {
  constexpr absl::string_view kBearer = "bearer ";
  absl::string_view value = request.Header("authorization");
  if (absl::StartsWithIgnoreCase(value, kBearer)) value.remove_prefix(kBearer.size());
  return absl::StripAsciiWhitespace(value);
}

http::HttpResponse SessionAnswer(const SessionTokens& tokens, absl::string_view message) {
  return JsonAnswer({{"status", "success"},
                     {"message", message},
                     {"accessToken", tokens.access_token},
                     {"refreshToken", tokens.refresh_token},
                     {"expiresIn", absl::ToInt64Seconds(tokens.access_life)}});
}

void LogRefusal(absl::string_view what, absl::string_view user, const std::string& request_id,
                const absl::Status& why) {
  daemon::LogWarning(what, {{"user", user},
                            {"request_id", request_id},
                            {"reason", ReasonName(ReasonOf(why))},
                            {"detail", why.message()}});
}

}  // namespace

HttpAccounts::HttpAccounts(store::Database& database, const ApiSessions& sessions, const TokenIssuer& issuer,
                           std::string crl_url)
    : database_(database), sessions_(sessions), issuer_(issuer), crl_url_(std::move(crl_url)) {}

http::HttpResponse HttpAccounts::Login(const http::HttpRequest& request,
                                       const std::string& request_id) const {
  if (!IsJson(request)) return WrongType();
  const absl::StatusOr<LoginBody> body = ParseLogin(request.body);
  if (!body.ok()) return BadLoginBody(body.status());
  const absl::StatusOr<SessionTokens> tokens = sessions_.Login(body->user_id, body->password, request_id);
  if (!tokens.ok()) {
    // The name may be a password in the wrong box: not for the log.
    LogRefusal("login refused", "", request_id, tokens.status());
    return ErrorAnswer(tokens.status());
  }
  daemon::LogInfo("login", {{"user", body->user_id}, {"request_id", request_id}});
  return SessionAnswer(*tokens, "Login is successful");
}

http::HttpResponse HttpAccounts::Refresh(const http::HttpRequest& request) const {
  if (!IsJson(request)) return WrongType();
  const absl::StatusOr<std::string> refresh_token = ParseRefresh(request.body);
  if (!refresh_token.ok()) return BadLoginBody(refresh_token.status());
  const absl::StatusOr<SessionTokens> tokens = sessions_.Refresh(*refresh_token);
  if (!tokens.ok()) return ErrorAnswer(tokens.status());
  return SessionAnswer(*tokens, "The tokens are refreshed");
}

absl::Status HttpAccounts::CheckAccount(const std::string& account, const std::string& provider_id) const {
  if (account == provider_id) return absl::OkStatus();
  bool own = false;
  STI_RETURN_IF_ERROR(database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<Provider> provider, FindProvider(transaction, provider_id));
    own =
        provider && std::find(provider->spcs.begin(), provider->spcs.end(), account) != provider->spcs.end();
    return absl::OkStatus();
  }));
  return own ? absl::OkStatus() : MakeError(Reason::kPermissionDenied, "not the account of this user");
}

absl::StatusOr<IssuedToken> HttpAccounts::Issue(const std::string& account, const ApiUser& user,
                                                absl::string_view body, const std::string& request_id) const {
  STI_RETURN_IF_ERROR(CheckAccount(account, user.provider_id));
  STI_ASSIGN_OR_RETURN(const AtcBody atc, ParseAtc(body));
  TokenRequest wanted;
  wanted.provider_id = user.provider_id;
  wanted.tn_auth_list = atc.tn_auth_list;
  wanted.fingerprint = atc.fingerprint;
  wanted.ca = atc.ca;
  return issuer_.Issue({absl::StrCat("user:", user.user_id), request_id}, wanted);
}

http::HttpResponse HttpAccounts::Token(const TokenPath& path, const http::HttpRequest& request,
                                       const std::string& request_id) const {
  const absl::string_view access_token = AccessTokenOf(request);
  if (access_token.empty()) return ErrorAnswer(401, "log in first");
  const absl::StatusOr<ApiUser> user = sessions_.UserOf(access_token);
  if (!user.ok()) {
    // RFC 9447 s5.1: credentials that are not valid are 403, as an account that does not exist; deployed:
    // 401.
    const bool forbidden = !path.deployed && absl::IsUnauthenticated(user.status());
    return forbidden ? ErrorAnswer(403, user.status().message()) : ErrorAnswer(user.status());
  }
  if (!IsJson(request)) return WrongType();

  const absl::StatusOr<IssuedToken> issued = Issue(path.account, *user, request.body, request_id);
  if (!issued.ok()) {
    LogRefusal("SPC token refused", user->user_id, request_id, issued.status());
    return ErrorAnswer(issued.status());
  }
  const TokenRecord& record = issued->record;
  const std::string spcs = absl::StrJoin(record.spcs, ",");
  daemon::LogInfo("SPC token issued", {{"user", user->user_id},
                                       {"request_id", request_id},
                                       {"provider", record.provider_id},
                                       {"spc", spcs},
                                       {"jti", record.jti},
                                       {"ca", record.ca ? "true" : "false"},
                                       {"expires", absl::FormatTime(record.expires, absl::UTCTimeZone())}});
  if (!path.deployed) return JsonAnswer({{"token", issued->token}});
  codec::JsonObject answer{{"status", "success"},
                           {"message", absl::StrCat("SPC token for spc: ", spcs, " is created successfully")},
                           {"token", issued->token}};
  if (!crl_url_.empty()) answer.emplace_back("crl", crl_url_);
  return JsonAnswer(answer);
}

}  // namespace sti::pa
