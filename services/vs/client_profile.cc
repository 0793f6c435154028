#include "services/vs/client_profile.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::vs {
namespace {

constexpr size_t kLongestName = 32;

bool Names(const ClientProfile& profile, absl::string_view identity) {
  const auto& clients = profile.clients;
  return !identity.empty() && std::find(clients.begin(), clients.end(), identity) != clients.end();
}

}  // namespace

bool IsPlainName(absl::string_view name) {
  return !name.empty() && name.size() <= kLongestName && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
  });
}

// A PASSporT from the future is fresh for longer.
absl::Duration UsableFor(const stir::VerifyPolicy& policy) {
  return std::max(policy.freshness, policy.diverted_freshness) + policy.future_skew + absl::Seconds(1);
}

ProfileTable::ProfileTable() : profiles_(std::make_shared<std::vector<ClientProfile>>(1)) {}

absl::StatusOr<ProfileTable> ProfileTable::Create(std::vector<ClientProfile> profiles) {
  ProfileTable table;
  if (profiles.empty()) return table;
  for (size_t i = 0; i < profiles.size(); ++i) {
    const std::string key = absl::StrCat("profiles[", i, "].name");
    if (!IsPlainName(profiles[i].name)) {
      return MakeError(Reason::kConfigInvalid, key,
                       absl::StrCat("must be 1 to ", kLongestName, " characters of a-z, 0-9 and \"-\""));
    }
    for (size_t j = 0; j < i; ++j) {
      if (profiles[j].name == profiles[i].name) {
        return MakeError(Reason::kConfigInvalid, key,
                         absl::StrCat("profiles[", j, "] is named ", profiles[i].name, ", too"));
      }
    }
  }
  table.profiles_ = std::make_shared<std::vector<ClientProfile>>(std::move(profiles));
  return table;
}

absl::Duration ProfileTable::LongestUse() const {
  absl::Duration longest = absl::ZeroDuration();
  for (const ClientProfile& profile : *profiles_) longest = std::max(longest, UsableFor(profile.policy));
  return longest;
}

absl::StatusOr<const ClientProfile*> ProfileTable::For(absl::string_view identity,
                                                       absl::string_view requested) const {
  const ClientProfile* for_everyone = nullptr;
  for (const ClientProfile& profile : *profiles_) {
    if (!requested.empty() && profile.name != requested) continue;
    if (Names(profile, identity)) return &profile;
    if (profile.clients.empty() && for_everyone == nullptr) for_everyone = &profile;
  }
  if (for_everyone != nullptr) return for_everyone;
  if (!requested.empty()) {
    return MakeError(Reason::kPermissionDenied, "profile", "this client has no profile of that name");
  }
  return MakeError(Reason::kPermissionDenied,
                   absl::StrCat("the client identity \"", absl::CHexEscape(identity), "\" has no profile"));
}

}  // namespace sti::vs
