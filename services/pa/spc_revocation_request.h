// Asks the STI-CAs to revoke all certificates of a provider, durably: see spc_revocation_worker.h.
#ifndef SERVICES_PA_SPC_REVOCATION_REQUEST_H_
#define SERVICES_PA_SPC_REVOCATION_REQUEST_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/store/database.h"
#include "services/pa/provider_records.h"
#include "services/pa/token_records.h"

namespace sti::pa {

// cessationOfOperation (RFC 5280 s5.3.1).
inline constexpr int kCessationOfOperation = 5;

// When the last of the tokens can no longer become a certificate, also by a clock that is behind;
// InfinitePast when there are none.
absl::Time EndOfTokens(const UnexpiredTokens& tokens);

// One question for each code and CA; a second one for when the last token is over, since a certificate can
// come from it until then. kStorageFailed.
absl::Status AskAuthorities(store::Transaction& transaction, const Actor& actor, const Provider& provider,
                            const std::vector<std::string>& authorities, const UnexpiredTokens& tokens,
                            absl::Time now);

}  // namespace sti::pa

#endif  // SERVICES_PA_SPC_REVOCATION_REQUEST_H_
