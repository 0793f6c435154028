// The options that describe a call to be judged: of call verify and of passport verify.
#ifndef SERVICES_STICTL_CALL_OPTIONS_H_
#define SERVICES_STICTL_CALL_OPTIONS_H_

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stir/passport_claims.h"

namespace sti::stictl {

// As typed.
struct CallOptions {
  std::vector<std::string> identities, pai, resource_priority, media_keys;
  std::string request_uri, date, priority, at;
  std::optional<std::string> display_name, body;
};

void DeclareCallOptions(CLI::App& command, CallOptions& options);

// The Identity header values, read from where they are. kNotFound, kTooLarge.
absl::StatusOr<std::vector<std::string>> ReadIdentities(const CallOptions& options);
// RFC 3339; nullopt when not given. kInvalidField.
absl::StatusOr<std::optional<absl::Time>> ReadTime(absl::string_view option, const std::string& text);
// r-values, "," separates them, too.
std::vector<std::string> ReadResourcePriority(const CallOptions& options);
// Octet for octet; nullopt when not given. kNotFound, kTooLarge.
absl::StatusOr<std::optional<std::string>> ReadBody(const CallOptions& options);
// "sha-256:4A:AD:..." as after a=fingerprint, with ":" for the blank. kInvalidField.
absl::StatusOr<std::vector<stir::MediaKeyFingerprint>> ReadMediaKeys(const CallOptions& options);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_CALL_OPTIONS_H_
