// Issues SPC tokens (RFC 9447 s5, RFC 9448 s3): who asks must be a registered provider that has the code.
#ifndef SERVICES_PA_TOKEN_ISSUER_H_
#define SERVICES_PA_TOKEN_ISSUER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/store/database.h"
#include "services/pa/document_signer.h"
#include "services/pa/token_records.h"

namespace sti::pa {

struct TokenRequest {
  std::string client_identity;  // as the TLS layer proved it
  std::string tn_auth_list;     // DER
  std::string fingerprint;
  bool ca = false;
  // Instead of the client identity: of a caller that is known to act for this provider.
  std::string provider_id = {};
};

struct IssuedToken {
  std::string token;  // JWT
  TokenRecord record;
};

struct TokenPage {
  std::vector<TokenRecord> tokens;  // newest first
  std::string next_page_token;      // empty on the last page
};

// Thread-safe.
class TokenIssuer {
 public:
  // Told what comes of each Issue. Thread-safe and quick.
  using Observe = std::function<void(const absl::Status& outcome)>;

  // All references must outlive this. `lifetime` is from issue to exp. `observe` may be null.
  TokenIssuer(store::Database& database, const DocumentSigner& signer, absl::Duration lifetime,
              const Clock& clock, const Random& random, Observe observe = nullptr);

  // A token that is answered is in the log and the audit, and its provider was approved when it got there.
  // kProviderUnknown, kProviderNotApproved, kMissingField, kInvalidField, kTooLarge,
  // kTnAuthListInvalid, kSpcNotAssigned, kNotReady (the signer's certificate has expired), kStorageFailed.
  absl::StatusOr<IssuedToken> Issue(const Actor& actor, const TokenRequest& request) const;

  // Only tokens of one provider unless `provider_id` is empty.
  absl::StatusOr<TokenPage> List(absl::string_view provider_id, int64_t page_size,
                                 absl::string_view page_token) const;

 private:
  absl::StatusOr<IssuedToken> TryIssue(const Actor& actor, const TokenRequest& request) const;

  store::Database& database_;
  const DocumentSigner& signer_;
  const absl::Duration lifetime_;
  const Clock& clock_;
  const Random& random_;
  const Observe observe_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_TOKEN_ISSUER_H_
