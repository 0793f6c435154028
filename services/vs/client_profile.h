// How calls are judged, and for which client.
#ifndef SERVICES_VS_CLIENT_PROFILE_H_
#define SERVICES_VS_CLIENT_PROFILE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stir/passport_verifier.h"
#include "common/stir/telephone_number.h"
#include "common/stir/verdict_text.h"

namespace sti::vs {

// What becomes of a PASSporT that was seen in another call.
enum class ReplayPolicy { kOff, kReport, kReject };

// Immutable once in use.
struct ClientProfile {
  std::string name = "default";
  std::vector<std::string> clients;  // identities that are judged by it; empty: everyone else
  stir::VerifyPolicy policy;
  stir::NumberingPlan plan;
  std::vector<size_t> trust_domains;  // places in the configuration's list; empty: all
  ReplayPolicy replay = ReplayPolicy::kReport;
  stir::ReplyForm reply;
};

// How long a PASSporT may be used in calls that are judged by `policy`, counted from when one first is.
absl::Duration UsableFor(const stir::VerifyPolicy& policy);

// Immutable, thread-safe, cheap to copy. Its profiles live as long as it or a copy of it.
class ProfileTable {
 public:
  // One profile for everyone.
  ProfileTable();
  // In the order of the configuration. None: one for everyone. kConfigInvalid for a name that is none or is
  // given twice, with "profiles[i].name" as field.
  static absl::StatusOr<ProfileTable> Create(std::vector<ClientProfile> profiles);

  // The profile for a call of this client (certificate or API key name). `requested` empty: the first that
  // names the client, else the first for everyone. Else that one, if it names the client or is for everyone.
  // kPermissionDenied when there is none, with field "profile" when one was requested. Never null.
  absl::StatusOr<const ClientProfile*> For(absl::string_view identity, absl::string_view requested) const;

  const std::vector<ClientProfile>& profiles() const { return *profiles_; }
  // The longest UsableFor of all: what one client's profile finds stale, another's may take.
  absl::Duration LongestUse() const;

 private:
  std::shared_ptr<const std::vector<ClientProfile>> profiles_;
};

// What profiles and trust domains may be called: 1 to 32 characters of a-z, 0-9, "-".
bool IsPlainName(absl::string_view name);

}  // namespace sti::vs

#endif  // SERVICES_VS_CLIENT_PROFILE_H_
