// The PASSporTs of the incoming call that a diversion continues: a div or div-o PASSporT is signed only where
// one was verified (RFC 8946 s4.1). Pure functions; nothing here verifies a signature.
#ifndef SERVICES_AS_DIVERSION_INCOMING_H_
#define SERVICES_AS_DIVERSION_INCOMING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/stir/passport_claims.h"

namespace sti::as {

// A PASSporT (full form) of any type that is made here, by its own schema. Its signature is the verifier's
// business. kInvalidField without a field.
absl::StatusOr<stir::PassportClaims> ReadPassport(absl::string_view token);

// What sti-vs is asked about a diverted call before it goes on.
struct IncomingCall {
  struct Continued {
    size_t identity = 0;     // place among the identities
    bool diversion = false;  // an earlier hop
  };
  std::vector<std::string> identities;
  std::vector<Continued> continued;  // those that fit, at least one; one of them must have passed
  std::string orig, diverted;        // as values of From and To
  std::string call_id;
  std::string request_id;  // of the request to sign; may be empty
  int64_t iat = 0;         // theirs
};

// `diversion`: claims of a div or div-o PASSporT, iat not yet set. A PASSporT fits that has the same orig,
// the div identity among its dest and, where it is given, `iat`; without, that of the first that fits counts.
// For div-o it must be the one in opt. kIncomingNotVerified, at incoming_identity; kTooLarge.
absl::StatusOr<IncomingCall> FindIncoming(const std::vector<std::string>& identities,
                                          const stir::PassportClaims& diversion, std::optional<int64_t> iat);

}  // namespace sti::as

#endif  // SERVICES_AS_DIVERSION_INCOMING_H_
