#include "services/pa/spc_revocation_request.h"

#include "common/base/status_macros.h"
#include "services/pa/spc_revocation_records.h"

namespace sti::pa {
namespace {

// A minute past exp in which sti-ca still takes a token, and one between the clocks.
constexpr absl::Duration kClocks = absl::Minutes(2);

}  // namespace

absl::Time EndOfTokens(const UnexpiredTokens& tokens) {
  return tokens.count == 0 ? absl::InfinitePast() : tokens.last_expiry + kClocks;
}

absl::Status AskAuthorities(store::Transaction& transaction, const Actor& actor, const Provider& provider,
                            const std::vector<std::string>& authorities, const UnexpiredTokens& tokens,
                            absl::Time now) {
  std::vector<absl::Time> dues = {now};
  if (tokens.count > 0) dues.push_back(EndOfTokens(tokens));
  for (const absl::Time due : dues) {
    for (const std::string& authority : authorities) {
      for (const std::string& spc : provider.spcs) {
        STI_RETURN_IF_ERROR(InsertSpcRevocation(
            transaction, {0, provider.id, spc, authority, kCessationOfOperation, due, now, actor}));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace sti::pa
