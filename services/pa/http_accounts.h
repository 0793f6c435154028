// The part of the HTTPS interface for providers: login, refresh, SPC tokens (acme_pa.md s2.1).
#ifndef SERVICES_PA_HTTP_ACCOUNTS_H_
#define SERVICES_PA_HTTP_ACCOUNTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/http/message.h"
#include "common/store/database.h"
#include "services/pa/api_sessions.h"
#include "services/pa/http_paths.h"
#include "services/pa/token_issuer.h"

namespace sti::pa {

// Thread-safe.
class HttpAccounts {
 public:
  // Database, sessions and issuer must outlive this. `crl_url` goes into deployed answers unless it is empty.
  HttpAccounts(store::Database& database, const ApiSessions& sessions, const TokenIssuer& issuer,
               std::string crl_url);

  // Requests whose method is POST. `request_id` is for log and audit.
  http::HttpResponse Login(const http::HttpRequest& request, const std::string& request_id) const;
  http::HttpResponse Refresh(const http::HttpRequest& request) const;
  // Strangers learn nothing but 401, and nobody whether another's account is there.
  http::HttpResponse Token(const TokenPath& path, const http::HttpRequest& request,
                           const std::string& request_id) const;

 private:
  absl::StatusOr<IssuedToken> Issue(const std::string& account, const ApiUser& user, absl::string_view body,
                                    const std::string& request_id) const;
  absl::Status CheckAccount(const std::string& account, const std::string& provider_id) const;

  store::Database& database_;
  const ApiSessions& sessions_;
  const TokenIssuer& issuer_;
  const std::string crl_url_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_HTTP_ACCOUNTS_H_
