// SPC tokens over the HTTPS interface of an STI-PA: RFC 9447 s5, RFC 9448 s5.5, ATIS-1000080, and as deployed
// (acme_pa.md s2.1).
#ifndef SERVICES_AS_PA_HTTPS_TOKENS_H_
#define SERVICES_AS_PA_HTTPS_TOKENS_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/secret.h"
#include "common/http/client.h"
#include "services/as/token_source.h"

namespace sti::as {

struct PaHttpsOptions {
  enum class Path {
    kStiPa,  // /sti-pa/account/ID/token
    kAt,     // /at/account/ID/token
    kApi,    // /api/v1/account/ID/token
  };
  std::string url;  // of the interface, without a slash at its end
  std::string account;
  std::string user;
  std::string password_file;  // one line, mode 0600; read at each login, so that it can be changed
  Path path = Path::kStiPa;
};

// Logs in when it must, and keeps the session until the STI-PA ends it. A session that has ended is first
// refreshed, then made anew by logging in. Reasons: kUnauthenticated (user, password), kPermissionDenied,
// kInvalidField (the request), kNotFound, kOverloaded and kUnavailable (with RetryAfterOf where the PA named
// a time), kInvalidField for an answer of no use; those of ReadPrivateFile for the password.
class PaHttpsTokens final : public TokenSource {
 public:
  // `clock` must outlive it.
  PaHttpsTokens(PaHttpsOptions options, std::unique_ptr<http::HttpClient> client, const Clock& clock)
      : options_(std::move(options)), client_(std::move(client)), clock_(clock) {}

  absl::StatusOr<std::string> IssueToken(const std::string& tn_auth_list,
                                         const std::string& fingerprint) override;
  void NameRequest(const std::string& request_id) override { request_id_ = request_id; }
  void Cancel() override { client_->Cancel(); }

 private:
  struct Session {
    Secret access_token, refresh_token;
    absl::Time end = absl::InfinitePast();  // of the access token
  };
  absl::Status EnsureSession();
  absl::Status LogIn();
  absl::Status Refresh();
  absl::Status Begin(absl::string_view path, std::string body);
  absl::StatusOr<std::string> AskForToken(const std::string& body);
  absl::StatusOr<http::ClientAnswer> Post(absl::string_view path, const std::string& body,
                                          absl::string_view access_token);

  const PaHttpsOptions options_;
  const std::unique_ptr<http::HttpClient> client_;
  const Clock& clock_;
  Session session_;
  std::string request_id_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_PA_HTTPS_TOKENS_H_
