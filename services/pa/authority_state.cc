#include "services/pa/authority_state.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/store/audit_log.h"

namespace sti::pa {
namespace {

using State = Authority::State;

constexpr char kItself[] = "sti-pa";

absl::string_view StateText(State state) {
  switch (state) {
    case State::kApproved:
      return "approved";
    case State::kWithdrawn:
      return "withdrawn";
    case State::kPending:
      return "pending";
    case State::kExpired:
      return "expired";
  }
  return "";
}

}  // namespace

Authority Shown(Authority authority, absl::Time now) {
  const bool trusted = authority.IsTrustedAt(now);
  if (authority.state == State::kApproved && !trusted) authority.state = State::kExpired;
  if (!trusted && !authority.pending_change.empty()) authority.state = State::kPending;
  return authority;
}

std::string AuthorityForAudit(const Authority& authority) {
  codec::JsonObject json = {
      {"approved_until", absl::FormatTime(absl::RFC3339_sec, authority.End(), absl::UTCTimeZone())},
      {"name", authority.name},
      {"state", StateText(authority.state)},
      {"subject", authority.root.subject().Text()}};
  if (!authority.pending_change.empty()) json.emplace_back("pending_change", authority.pending_change);
  return codec::CanonicalJson(json);
}

absl::Status ExpireAuthorities(store::Database& database, absl::Time now) {
  return database.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(std::vector<Authority> authorities, ListAuthorities(transaction));
    int64_t sequence = 0;
    for (Authority& authority : authorities) {
      if (authority.state != State::kApproved || authority.IsTrustedAt(now)) continue;
      if (sequence == 0) {
        STI_ASSIGN_OR_RETURN(sequence, NextTrustListSequence(transaction));
      }
      const std::string before = AuthorityForAudit(authority);
      authority.state = State::kExpired;
      STI_RETURN_IF_ERROR(PutAuthority(transaction, authority));
      STI_RETURN_IF_ERROR(store::AppendAudit(transaction, {kItself, absl::StrCat("trust-list-", sequence)},
                                             {"authority.expire",
                                              absl::StrCat("authority/", authority.id),
                                              {},
                                              before,
                                              AuthorityForAudit(authority)},
                                             now));
    }
    return absl::OkStatus();
  });
}

}  // namespace sti::pa
