#include "services/as/pa_https_tokens.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/crypto/private_file.h"
#include "services/as/blame.h"
#include "services/as/pa_https_bodies.h"

namespace sti::as {
namespace {

// An access token that has less left is not begun with.
constexpr absl::Duration kMargin = absl::Seconds(30);

// RFC 3986 s2.3: everything else is escaped, so that an account name stays one segment.
std::string Segment(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(octet) || absl::StrContains("-._~", c)) {
      out += c;
    } else {
      absl::StrAppend(&out, "%", absl::AsciiStrToUpper(absl::BytesToHexString(absl::string_view(&c, 1))));
    }
  }
  return out;
}

std::string TokenPath(const PaHttpsOptions& options) {
  const std::string account = Segment(options.account);
  switch (options.path) {
    case PaHttpsOptions::Path::kAt:
      return absl::StrCat("/at/account/", account, "/token");
    case PaHttpsOptions::Path::kApi:
      return absl::StrCat("/api/v1/account/", account, "/token");
    case PaHttpsOptions::Path::kStiPa:
      break;
  }
  return absl::StrCat("/sti-pa/account/", account, "/token");
}

absl::StatusOr<Secret> ReadPassword(const std::string& path) {
  const absl::StatusOr<Secret> file = crypto::ReadPrivateFile(path, limits::kPassword + 2);
  if (!file.ok()) return BlameOwnState(file.status());
  Secret password(std::string(absl::StripTrailingAsciiWhitespace(file->RevealForUse())));
  if (password.empty()) {
    return BlameOwnState(MakeError(Reason::kKeyInvalid, absl::StrCat(path, ": no password in it")));
  }
  return password;
}

}  // namespace

absl::StatusOr<http::ClientAnswer> PaHttpsTokens::Post(absl::string_view path, const std::string& body,
                                                       absl::string_view access_token) {
  http::ClientRequest request{"POST",
                              absl::StrCat(options_.url, path),
                              {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                              body};
  if (!request_id_.empty()) request.headers.emplace_back("X-Request-ID", request_id_);
  // As deployed, without "Bearer".
  if (!access_token.empty()) request.headers.emplace_back("Authorization", std::string(access_token));
  absl::StatusOr<http::ClientAnswer> answer = client_->Send(request);
  Wipe(request.body);
  if (!access_token.empty()) Wipe(request.headers.back().second);
  return answer;
}

absl::Status PaHttpsTokens::Begin(absl::string_view path, std::string body) {
  session_ = Session();
  absl::StatusOr<http::ClientAnswer> answer = Post(path, body, "");
  Wipe(body);
  STI_RETURN_IF_ERROR(answer.status());
  const absl::Time now = clock_.TimeNow();
  STI_RETURN_IF_ERROR(PaRefusal(*answer, now));
  auto session = ReadSession(answer->body);
  Wipe(answer->body);
  STI_RETURN_IF_ERROR(session.status());
  session_.access_token = std::move(session->access_token);
  session_.refresh_token = std::move(session->refresh_token);
  session_.end = now + session->life;
  return absl::OkStatus();
}

absl::Status PaHttpsTokens::LogIn() {
  STI_ASSIGN_OR_RETURN(const Secret password, ReadPassword(options_.password_file));
  return Begin("/api/v1/auth/login", LoginBody(options_.user, password));
}

absl::Status PaHttpsTokens::Refresh() {
  return Begin("/api/v1/auth/refreshToken", RefreshBody(session_.refresh_token));
}

absl::Status PaHttpsTokens::EnsureSession() {
  if (!session_.access_token.empty() && clock_.TimeNow() + kMargin < session_.end) return absl::OkStatus();
  if (!session_.refresh_token.empty()) {
    const absl::Status refreshed = Refresh();
    const Reason reason = ReasonOf(refreshed);
    // What the PA does not let in any more, it may after a login; what is away, is away.
    if (refreshed.ok() || reason == Reason::kUnavailable || reason == Reason::kDeadlineExceeded)
      return refreshed;
  }
  return LogIn();
}

absl::StatusOr<std::string> PaHttpsTokens::AskForToken(const std::string& body) {
  STI_RETURN_IF_ERROR(EnsureSession());
  STI_ASSIGN_OR_RETURN(const http::ClientAnswer answer,
                       Post(TokenPath(options_), body, session_.access_token.RevealForUse()));
  STI_RETURN_IF_ERROR(PaRefusal(answer, clock_.TimeNow()));
  return ReadToken(answer.body);
}

absl::StatusOr<std::string> PaHttpsTokens::IssueToken(const std::string& tn_auth_list,
                                                      const std::string& fingerprint) {
  // The deployed STI-PA has padded base64 where RFC 9448 s3 says base64url.
  const std::string tkvalue = options_.path == PaHttpsOptions::Path::kAt
                                  ? codec::Base64UrlEncode(tn_auth_list)
                                  : codec::Base64Encode(tn_auth_list);
  const std::string body = TokenBody(tkvalue, fingerprint);
  const bool had_session = !session_.access_token.empty();
  absl::StatusOr<std::string> token = AskForToken(body);
  // A session may end before its time: the PA was restarted, or somebody logged it out. RFC 9447 s5.1 has 403
  // for that, as for another's account; one more login tells them apart.
  const Reason why = ReasonOf(token.status());
  if (had_session && (why == Reason::kUnauthenticated || why == Reason::kPermissionDenied)) {
    session_ = Session();
    token = AskForToken(body);
  }
  return token;
}

}  // namespace sti::as
