// Identifiers of type TNAuthList (RFC 9448 s3).
#ifndef COMMON_ACME_IDENTIFIER_H_
#define COMMON_ACME_IDENTIFIER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/acme/error.h"
#include "common/pki/tn_auth_list.h"

namespace sti::acme {

inline constexpr char kTnAuthListType[] = "TNAuthList";

struct TnIdentifier {
  std::string value;  // as the client spelled it
  pki::TnAuthList tn_auth_list;
  std::string spc;
};

// An order is for one TNAuthList with one SPC. Type in any case, value as base64url or base64, padded or not.
// kUnsupportedIdentifier for another type, kMalformed for a value that cannot be decoded, kRejectedIdentifier
// for another content or several identifiers; each with its subproblem, kCompound when several are not
// acceptable.
absl::StatusOr<TnIdentifier> AcceptIdentifiers(const std::vector<Identifier>& identifiers);

}  // namespace sti::acme

#endif  // COMMON_ACME_IDENTIFIER_H_
