#include "services/pa/api_sessions.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"
#include "common/crypto/digest.h"
#include "common/daemon/log.h"
#include "common/store/audit_log.h"
#include "services/pa/api_login_failures.h"
#include "services/pa/api_user_registry.h"
#include "services/pa/pa_schema.h"
#include "services/pa/provider_records.h"

namespace sti::pa {
namespace {

constexpr size_t kIdOctets = 16;
constexpr size_t kSecretOctets = 32;
constexpr size_t kTokenText = (kIdOctets + kSecretOctets) * 4 / 3;

std::string HexHash(absl::string_view text) { return absl::BytesToHexString(crypto::Sha256(text)); }

// Hash of the session id within a token; empty for a text that is no token.
std::string IdHashOf(absl::string_view token) {
  if (token.size() != kTokenText) return "";
  const absl::StatusOr<std::string> octets = codec::Base64UrlDecode(token);
  return octets.ok() ? HexHash(absl::string_view(*octets).substr(0, kIdOctets)) : "";
}

bool IsToken(absl::string_view token, absl::string_view hash) {
  return ConstantTimeEquals(HexHash(token), hash);
}

absl::Status WrongLogin() { return MakeError(Reason::kUnauthenticated, "wrong user or password"); }
absl::Status NoSession() {
  return MakeError(Reason::kUnauthenticated, "the token is unknown or has expired");
}
absl::Status Locked() {
  return MakeError(
      Reason::kPermissionDenied, "userId",
      absl::StrCat("too many failed logins; locked for ", absl::ToInt64Minutes(kLoginWindow), " minutes"));
}

// Looks like any other, so that its check takes as long.
std::string HashOfNoPassword(const crypto::ScryptCost& cost, const Random& random) {
  return crypto::HashPassword(Secret(random.Bytes(kSecretOctets).value_or("")), cost, random).value_or("");
}

absl::StatusOr<std::vector<std::string>> SpcsOfUser(store::Transaction& transaction,
                                                    const std::string& user_id) {
  STI_ASSIGN_OR_RETURN(const std::optional<ApiUser> user, FindApiUser(transaction, user_id));
  if (!user) return std::vector<std::string>();
  STI_ASSIGN_OR_RETURN(const std::optional<Provider> provider, FindProvider(transaction, user->provider_id));
  return provider ? provider->spcs : std::vector<std::string>();
}

}  // namespace

ApiSessions::ApiSessions(store::Database& database, SessionOptions options, const Clock& clock,
                         const Random& random)
    : database_(database),
      options_(options),
      clock_(clock),
      random_(random),
      hash_places_(options.hashes_at_once),
      nobodys_hash_(HashOfNoPassword(options.cost, random)) {}

absl::StatusOr<SessionTokens> ApiSessions::MakeTokens(absl::string_view id, SessionRecord& session,
                                                      absl::Time now) const {
  STI_ASSIGN_OR_RETURN(const std::string access, random_.Bytes(kSecretOctets));
  STI_ASSIGN_OR_RETURN(const std::string refresh, random_.Bytes(kSecretOctets));
  SessionTokens tokens{codec::Base64UrlEncode(absl::StrCat(id, access)),
                       codec::Base64UrlEncode(absl::StrCat(id, refresh)), options_.access_life};
  session.access_hash = HexHash(tokens.access_token);
  session.refresh_hash = HexHash(tokens.refresh_token);
  session.access_expires = WholeSeconds(now + options_.access_life);
  session.refresh_expires = WholeSeconds(now + options_.refresh_life);
  return tokens;
}

// The hash that the password is checked against; that of nobody for a name that nobody has.
absl::StatusOr<std::string> ApiSessions::HashToTry(const std::string& user_id) const {
  std::string hash;
  bool locked = false;
  STI_RETURN_IF_ERROR(database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(locked, IsLocked(transaction, user_id, options_.failed_logins, clock_.TimeNow()));
    STI_ASSIGN_OR_RETURN(hash, PasswordHashOf(transaction, user_id));
    return absl::OkStatus();
  }));
  if (locked) return Locked();
  return hash.empty() ? nobodys_hash_ : hash;
}

absl::Status ApiSessions::RecordFailure(const std::string& user_id, const std::string& request_id) const {
  if (options_.failed_logins <= 0) return absl::OkStatus();
  bool locked = false, known = false;
  const absl::Status stored = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    locked = known = false;
    const absl::Time now = clock_.TimeNow();
    // Logins at the same moment: only one of them is the one that locks.
    STI_ASSIGN_OR_RETURN(const bool before, IsLocked(transaction, user_id, options_.failed_logins, now));
    if (before) return absl::OkStatus();
    STI_RETURN_IF_ERROR(RecordLoginFailure(transaction, user_id, now));
    STI_ASSIGN_OR_RETURN(locked, IsLocked(transaction, user_id, options_.failed_logins, now));
    if (!locked) return absl::OkStatus();
    // The audit is for ever, and a name that is nobody's may be a password in the wrong box.
    STI_ASSIGN_OR_RETURN(const std::optional<ApiUser> user, FindApiUser(transaction, user_id));
    known = user.has_value();
    if (!known) return absl::OkStatus();
    STI_ASSIGN_OR_RETURN(const std::vector<std::string> spcs, SpcsOfUser(transaction, user_id));
    return store::AppendAudit(
        transaction, {absl::StrCat("user:", user_id), request_id},
        {"user.login_locked", absl::StrCat("user/", user_id), spcs, "",
         codec::CanonicalJson(codec::JsonObject{
             {"failed_logins", options_.failed_logins},
             {"until", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now + kLoginWindow, absl::UTCTimeZone())}})},
        now);
  });
  if (locked && stored.ok()) {
    daemon::LogWarning("user locked after failed logins", {{"user", known ? user_id : "(unknown)"}});
  }
  return stored;
}

// For a user whose password has the hash `hash`, as long as that is so.
absl::StatusOr<SessionTokens> ApiSessions::Begin(const std::string& user_id, const std::string& hash) const {
  const absl::Time now = clock_.TimeNow();
  STI_ASSIGN_OR_RETURN(const std::string id, random_.Bytes(kIdOctets));
  SessionRecord session;
  session.id_hash = HexHash(id);
  session.user_id = user_id;
  session.started = WholeSeconds(now);
  STI_ASSIGN_OR_RETURN(SessionTokens tokens, MakeTokens(id, session, now));
  const absl::Status stored = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    // Meanwhile the user may be gone, or have another password.
    STI_ASSIGN_OR_RETURN(const std::string current, PasswordHashOf(transaction, user_id));
    if (current != hash) return WrongLogin();
    STI_ASSIGN_OR_RETURN(const bool locked, IsLocked(transaction, user_id, options_.failed_logins, now));
    if (locked) return Locked();
    STI_RETURN_IF_ERROR(ForgetLoginFailures(transaction, user_id));
    return InsertSession(transaction, session, kMostSessions, now);
  });
  STI_RETURN_IF_ERROR(stored);
  return tokens;
}

absl::StatusOr<SessionTokens> ApiSessions::Login(const std::string& user_id, const Secret& password,
                                                 const std::string& request_id) const {
  // Such a name nobody has, and everybody knows it.
  if (!IsUserId(user_id) || password.empty() || password.RevealForUse().size() > limits::kPassword)
    return WrongLogin();
  STI_ASSIGN_OR_RETURN(const std::string hash, HashToTry(user_id));
  if (hash.empty()) return MakeError(Reason::kInternal, "no hash to compare with");
  if (!hash_places_.Enter()) return MakeError(Reason::kOverloaded, "too many logins at once; try again");
  bool right = false;
  {
    const auto leave = absl::MakeCleanup([this] { hash_places_.Leave(); });
    STI_ASSIGN_OR_RETURN(right, crypto::IsPassword(password, hash));
  }
  if (!right) {
    STI_RETURN_IF_ERROR(RecordFailure(user_id, request_id));
    return WrongLogin();
  }

  return Begin(user_id, hash);
}

absl::StatusOr<SessionTokens> ApiSessions::Refresh(absl::string_view refresh_token) const {
  const std::string id_hash = IdHashOf(refresh_token);
  if (id_hash.empty()) return NoSession();
  // Strangers make no write.
  std::optional<SessionRecord> known;
  STI_RETURN_IF_ERROR(database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(known, FindSession(transaction, id_hash));
    return absl::OkStatus();
  }));
  if (!known || IsToken(refresh_token, known->access_hash)) return NoSession();

  const absl::StatusOr<std::string> octets = codec::Base64UrlDecode(refresh_token);
  if (!octets.ok()) return NoSession();
  SessionTokens tokens;
  bool used_before = false;
  bool renewed = false;
  STI_RETURN_IF_ERROR(database_.Write([&](store::Transaction& transaction) -> absl::Status {
    used_before = renewed = false;
    const absl::Time now = clock_.TimeNow();
    STI_ASSIGN_OR_RETURN(std::optional<SessionRecord> session, FindSession(transaction, id_hash));
    if (!session || now >= session->refresh_expires) return absl::OkStatus();
    if (!IsToken(refresh_token, session->refresh_hash)) {
      used_before = true;
      return DeleteSession(transaction, id_hash);
    }
    STI_ASSIGN_OR_RETURN(tokens, MakeTokens(absl::string_view(*octets).substr(0, kIdOctets), *session, now));
    renewed = true;
    return ReplaceTokens(transaction, *session);
  }));
  if (used_before)
    daemon::LogWarning("refresh token used twice; the session is over", {{"user", known->user_id}});
  if (!renewed) return NoSession();
  return tokens;
}

absl::StatusOr<ApiUser> ApiSessions::UserOf(absl::string_view access_token) const {
  const std::string id_hash = IdHashOf(access_token);
  if (id_hash.empty()) return NoSession();
  std::optional<SessionRecord> session;
  std::optional<ApiUser> user;
  STI_RETURN_IF_ERROR(database_.Read([&](store::Transaction& transaction) -> absl::Status {
    user.reset();
    STI_ASSIGN_OR_RETURN(session, FindSession(transaction, id_hash));
    if (!session) return absl::OkStatus();
    STI_ASSIGN_OR_RETURN(user, FindApiUser(transaction, session->user_id));
    return absl::OkStatus();
  }));
  if (!session || !user || !IsToken(access_token, session->access_hash)) return NoSession();
  if (clock_.TimeNow() >= session->access_expires) return NoSession();
  return *std::move(user);
}

}  // namespace sti::pa
