// What an ACME server says when it refuses: the error types of RFC 8555 s6.7 and RFC 9773 s7.4, carried by an
// absl::Status through the logic, and turned into a problem document (RFC 7807) at the edge.
#ifndef COMMON_ACME_ERROR_H_
#define COMMON_ACME_ERROR_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sti::acme {

// caa, connection, dns and tls are left out: proving a TNAuthList looks nothing up and calls nobody.
enum class ErrorType {
  kAccountDoesNotExist,
  kAlreadyReplaced,
  kAlreadyRevoked,
  kBadCsr,
  kBadNonce,
  kBadPublicKey,
  kBadRevocationReason,
  kBadSignatureAlgorithm,
  kCompound,
  kExternalAccountRequired,
  kIncorrectResponse,
  kInvalidContact,
  kMalformed,
  kOrderNotReady,
  kRateLimited,
  kRejectedIdentifier,
  kServerInternal,
  kUnauthorized,
  kUnsupportedContact,
  kUnsupportedIdentifier,
  kUserActionRequired,
};

// "badNonce". Thread-safe, like everything here.
absl::string_view ErrorName(ErrorType type);

// Of "urn:ietf:params:acme:error:badNonce"; none for a type that is not in the list above.
std::optional<ErrorType> ErrorOfUrn(absl::string_view urn);

// `detail` is shown to the client.
absl::Status Refuse(ErrorType type, absl::string_view detail);
// With another HTTP status than the type's own.
absl::Status Refuse(ErrorType type, int http_status, absl::string_view detail);
// kRateLimited with the time to wait (common/base/retry_after.h).
absl::Status RefuseForNow(absl::string_view detail, absl::Duration retry_after);
// kUserActionRequired; `instance` is the URL for a person to visit (RFC 8555 s7.3.3).
absl::Status RefuseUntilAgreed(absl::string_view detail, absl::string_view instance);

// The type that one of these has put into a status; none for other failures.
std::optional<ErrorType> TypeOf(const absl::Status& status);

struct Identifier {
  std::string type, value;
};
struct Subproblem {
  ErrorType type;
  std::string detail;
  Identifier identifier;
};
// One is refused as itself, with the identifier named; several as kCompound (RFC 8555 s6.7.1). At least one.
absl::Status RefuseIdentifiers(const std::vector<Subproblem>& problems);

struct Problem {
  int status = 500;
  ErrorType type = ErrorType::kServerInternal;
  std::string body;  // application/problem+json
  absl::Duration retry_after = absl::ZeroDuration();
  std::string instance;  // with kUserActionRequired only
};

// Of any failure. What Refuse made comes out as it is; other failures by the row of their Reason. Texts leave
// the process only when they name what the client can mend.
Problem ProblemOf(const absl::Status& status);

}  // namespace sti::acme

#endif  // COMMON_ACME_ERROR_H_
