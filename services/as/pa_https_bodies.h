// Requests and answers of an STI-PA's HTTPS interface as JSON (acme_pa.md s2.1).
#ifndef SERVICES_AS_PA_HTTPS_BODIES_H_
#define SERVICES_AS_PA_HTTPS_BODIES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/secret.h"
#include "common/http/client.h"

namespace sti::as {

// Holds the password in clear: to be wiped.
std::string LoginBody(absl::string_view user, const Secret& password);
std::string RefreshBody(const Secret& refresh_token);
// `tkvalue`: base64 or base64url of the TNAuthList.
std::string TokenBody(absl::string_view tkvalue, absl::string_view fingerprint);

struct PaSession {
  Secret access_token;
  Secret refresh_token;  // empty when the PA gives none
  absl::Duration life;   // of the access token: as said, an hour when nothing is said
};

// kInvalidField for answers of no use; nothing of them is quoted.
absl::StatusOr<PaSession> ReadSession(absl::string_view body);
// The token's text, called "token" or "spcToken".
absl::StatusOr<std::string> ReadToken(absl::string_view body);

// Of an answer that is no success, by HTTP status or because its body says so. OK for a success.
absl::Status PaRefusal(const http::ClientAnswer& answer, absl::Time now);

}  // namespace sti::as

#endif  // SERVICES_AS_PA_HTTPS_BODIES_H_
