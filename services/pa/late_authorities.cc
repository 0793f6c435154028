#include "services/pa/late_authorities.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/actor.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/daemon/log.h"
#include "common/store/audit_log.h"
#include "services/pa/provider_records.h"
#include "services/pa/spc_revocation_records.h"
#include "services/pa/spc_revocation_request.h"
#include "services/pa/token_records.h"

namespace sti::pa {
namespace {

using store::Transaction;

// Nobody asked at this moment.
constexpr char kSelf[] = "sti-pa";

// Whether revoking by code hits only certificates that are to go.
absl::StatusOr<bool> IsStillToGo(Transaction& transaction, const RevokedSpc& revoked) {
  STI_ASSIGN_OR_RETURN(const std::string owner, OwnerOfSpc(transaction, revoked.spc));
  if (owner.empty()) return true;
  if (owner != revoked.provider_id) return false;
  STI_ASSIGN_OR_RETURN(const std::optional<Provider> provider, FindProvider(transaction, owner));
  // A suspension since then may have been one that leaves certificates alone.
  return provider && provider->state == ProviderState::kSuspended &&
         revoked.requested >= provider->state_since;
}

absl::Status Ask(Transaction& transaction, const RevokedSpc& revoked, const std::string& authority,
                 absl::Time now) {
  const Actor self{kSelf, absl::StrCat("late-", authority)};
  STI_ASSIGN_OR_RETURN(const UnexpiredTokens tokens, CountUnexpired(transaction, revoked.provider_id, now));
  Provider former;
  former.id = revoked.provider_id;
  former.spcs = {revoked.spc};
  STI_RETURN_IF_ERROR(AskAuthorities(transaction, self, former, {authority}, tokens, now));
  return store::AppendAudit(
      transaction, self,
      {"spc.ask",
       absl::StrCat("spc/", revoked.spc),
       {revoked.spc},
       "",
       codec::CanonicalJson(codec::JsonObject{{"authority", authority}, {"provider", revoked.provider_id}})},
      now);
}

absl::StatusOr<std::vector<RevokedSpc>> Unasked(Transaction& transaction, const std::string& authority) {
  STI_ASSIGN_OR_RETURN(const std::vector<RevokedSpc> revoked, RevokedWithout(transaction, authority));
  std::vector<RevokedSpc> unasked;
  for (const RevokedSpc& spc : revoked) {
    STI_ASSIGN_OR_RETURN(const bool still, IsStillToGo(transaction, spc));
    if (still) unasked.push_back(spc);
  }
  return unasked;
}

}  // namespace

absl::Status AskLateAuthorities(store::Database& database, const std::vector<std::string>& authorities,
                                absl::Time now) {
  for (const std::string& authority : authorities) {
    std::vector<RevokedSpc> unasked;
    const auto find = [&](Transaction& transaction) -> absl::Status {
      STI_ASSIGN_OR_RETURN(unasked, Unasked(transaction, authority));
      return absl::OkStatus();
    };
    STI_RETURN_IF_ERROR(database.Read(find));
    if (unasked.empty()) continue;
    const absl::Status asked = database.Write([&](Transaction& transaction) -> absl::Status {
      STI_RETURN_IF_ERROR(find(transaction));
      for (const RevokedSpc& spc : unasked) STI_RETURN_IF_ERROR(Ask(transaction, spc, authority, now));
      return absl::OkStatus();
    });
    STI_RETURN_IF_ERROR(asked);
    daemon::LogInfo("an STI-CA that was not asked before is asked to revoke the certificates of codes",
                    {{"authority", authority}, {"codes", unasked.size()}});
  }
  return absl::OkStatus();
}

}  // namespace sti::pa
