#include "services/pa/api_user_registry.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/audit_log.h"
#include "common/store/page.h"
#include "services/pa/api_login_failures.h"
#include "services/pa/api_session_records.h"
#include "services/pa/api_user_removal.h"
#include "services/pa/pa_schema.h"
#include "services/pa/provider_records.h"

namespace sti::pa {
namespace {

constexpr char kListing[] = "api_users";
constexpr size_t kPasswordOctets = 24;

absl::StatusOr<std::vector<std::string>> SpcsOf(store::Transaction& transaction, const ApiUser& user) {
  STI_ASSIGN_OR_RETURN(const std::optional<Provider> provider, FindProvider(transaction, user.provider_id));
  return provider ? provider->spcs : std::vector<std::string>();
}

// A user of a provider whom nobody has agreed to would wait there for the approval, unseen by the approver.
absl::Status CheckMayHaveUsers(const Provider& provider) {
  if (provider.state == ProviderState::kApproved || provider.state == ProviderState::kSuspended)
    return absl::OkStatus();
  return MakeError(Reason::kStateConflict, "provider_id",
                   absl::StrCat("the provider \"", provider.id, "\" is ", StateName(provider.state)));
}

std::vector<std::string> RemovalEffects(const ApiUser& user, int64_t sessions) {
  return {absl::StrCat("the user \"", user.user_id, "\" of the provider \"", user.provider_id,
                       "\" cannot log in any more; a new one has a new password"),
          sessions == 0 ? "it has no session" : absl::StrCat(sessions, " of its sessions end at once")};
}

}  // namespace

bool IsUserId(absl::string_view text) {
  return !text.empty() && text.size() <= limits::kUserName &&
         std::all_of(text.begin(), text.end(), [](char c) {
           const auto octet = static_cast<unsigned char>(c);
           return absl::ascii_islower(octet) || absl::ascii_isdigit(octet) || absl::StrContains(".-_@", c);
         });
}

ApiUserRegistry::ApiUserRegistry(store::Database& database, const Clock& clock, const Random& random,
                                 crypto::ScryptCost cost)
    : database_(database), clock_(clock), random_(random), cost_(cost) {}

absl::StatusOr<NewApiUser> ApiUserRegistry::Create(const Actor& actor, const std::string& user_id,
                                                   const std::string& provider_id) const {
  if (user_id.empty()) return MakeError(Reason::kMissingField, "user_id", "must not be empty");
  if (!IsUserId(user_id)) {
    return MakeError(
        Reason::kInvalidField, "user_id",
        absl::StrCat("not 1 to ", limits::kUserName, " characters of a-z, 0-9, \".\", \"-\", \"_\", \"@\""));
  }
  if (provider_id.empty()) return MakeError(Reason::kMissingField, "provider_id", "must not be empty");
  STI_ASSIGN_OR_RETURN(std::string octets, random_.Bytes(kPasswordOctets));
  const absl::Time now = clock_.TimeNow();
  NewApiUser made{{user_id, provider_id, WholeSeconds(now)}, Secret(absl::WebSafeBase64Escape(octets))};
  Wipe(octets);
  // Hashed before the database is locked for it.
  STI_ASSIGN_OR_RETURN(const std::string hash, crypto::HashPassword(made.password, cost_, random_));
  const absl::Status stored = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<Provider> provider, FindProvider(transaction, provider_id));
    if (!provider) {
      return MakeError(Reason::kNotFound, "provider_id", absl::StrCat("no provider \"", provider_id, "\""));
    }
    STI_RETURN_IF_ERROR(CheckMayHaveUsers(*provider));
    STI_ASSIGN_OR_RETURN(const std::optional<ApiUser> same, FindApiUser(transaction, user_id));
    if (same) {
      return MakeError(
          Reason::kAlreadyExists, "user_id",
          absl::StrCat("\"", user_id, "\" is a user of the provider \"", same->provider_id, "\""));
    }
    STI_RETURN_IF_ERROR(InsertApiUser(transaction, made.user, hash));
    // Whoever tried the name before it was one must not have locked it.
    STI_RETURN_IF_ERROR(ForgetLoginFailures(transaction, user_id));
    return store::AppendAudit(
        transaction, actor,
        {"user.create", absl::StrCat("user/", user_id), provider->spcs, "", ApiUserForAudit(made.user)}, now);
  });
  STI_RETURN_IF_ERROR(stored);
  return made;
}

absl::StatusOr<ApiUserPage> ApiUserRegistry::List(absl::string_view provider_id, int64_t page_size,
                                                  absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const std::string after, store::ParsePageToken(kListing, page_token));
  ApiUserPage page;
  STI_RETURN_IF_ERROR(database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(page.users, ListApiUsers(transaction, provider_id, after, limit + 1));
    return absl::OkStatus();
  }));
  if (page.users.size() > static_cast<size_t>(limit)) {
    page.users.pop_back();
    page.next_page_token = store::MakePageToken(kListing, page.users.back().user_id);
  }
  return page;
}

absl::StatusOr<ApiUserRemoval> ApiUserRegistry::Delete(const Actor& actor, const std::string& user_id,
                                                       RunMode run) const {
  ApiUserRemoval removal;
  const absl::Time now = clock_.TimeNow();
  const auto remove = [&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<ApiUser> user, FindApiUser(transaction, user_id));
    if (!user) return MakeError(Reason::kNotFound, "user_id", absl::StrCat("no user \"", user_id, "\""));
    removal.user = *user;
    STI_ASSIGN_OR_RETURN(const int64_t sessions, CountSessions(transaction, user_id, now));
    removal.effects = RemovalEffects(*user, sessions);
    if (run == RunMode::kDry) return absl::OkStatus();
    STI_ASSIGN_OR_RETURN(const std::vector<std::string> spcs, SpcsOf(transaction, *user));
    return RemoveApiUser(transaction, actor, *user, spcs, now);
  };
  STI_RETURN_IF_ERROR(run == RunMode::kDry ? database_.Read(remove) : database_.Write(remove));
  return removal;
}

}  // namespace sti::pa
