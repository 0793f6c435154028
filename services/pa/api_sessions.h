// Logins at the HTTPS interface: a password buys an access token for requests and a refresh token for the
// next pair. Both are opaque: session id and 256 random bits. Replicas share them through the database.
#ifndef SERVICES_PA_API_SESSIONS_H_
#define SERVICES_PA_API_SESSIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/base/secret.h"
#include "common/crypto/password_hash.h"
#include "common/http/turnstile.h"
#include "common/store/database.h"
#include "services/pa/api_session_records.h"
#include "services/pa/api_user_records.h"

namespace sti::pa {

struct SessionOptions {
  absl::Duration access_life = absl::Hours(1);
  absl::Duration refresh_life = absl::Hours(24);
  int failed_logins = 10;   // that lock a name (api_login_failures.h); 0: any number
  int hashes_at_once = 2;   // passwords that are hashed at the same time; more logins are kOverloaded
  crypto::ScryptCost cost;  // what a name that nobody has costs; that of the registry
};

struct SessionTokens {
  std::string access_token, refresh_token;
  absl::Duration access_life;
};

// Thread-safe. kStorageFailed and kInternal are common to all.
class ApiSessions {
 public:
  // Sessions of one user at a time; the oldest ends when one more begins.
  static constexpr int kMostSessions = 100;

  // Random must work when this is made. Database, clock and random must outlive this.
  ApiSessions(store::Database& database, SessionOptions options, const Clock& clock, const Random& random);

  // `request_id` goes into the audit when the name gets locked. kUnauthenticated for a wrong user or
  // password, whose answers and times do not tell which; kPermissionDenied for a locked name; kOverloaded.
  absl::StatusOr<SessionTokens> Login(const std::string& user_id, const Secret& password,
                                      const std::string& request_id) const;
  // Each refresh token serves once, and ends the access token before. One that is used again was stolen, or
  // its successor was: the session ends (RFC 9700 s4.14.2). kUnauthenticated.
  absl::StatusOr<SessionTokens> Refresh(absl::string_view refresh_token) const;
  // Whose access token is it. kUnauthenticated.
  absl::StatusOr<ApiUser> UserOf(absl::string_view access_token) const;

 private:
  absl::StatusOr<SessionTokens> MakeTokens(absl::string_view id, SessionRecord& session,
                                           absl::Time now) const;
  absl::StatusOr<std::string> HashToTry(const std::string& user_id) const;
  absl::StatusOr<SessionTokens> Begin(const std::string& user_id, const std::string& hash) const;
  absl::Status RecordFailure(const std::string& user_id, const std::string& request_id) const;

  store::Database& database_;
  const SessionOptions options_;
  const Clock& clock_;
  const Random& random_;
  mutable http::Turnstile hash_places_;
  const std::string nobodys_hash_;  // of no password
};

}  // namespace sti::pa

#endif  // SERVICES_PA_API_SESSIONS_H_
