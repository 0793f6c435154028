// What servers send, as the views of object_json.h. Unknown members are ignored (RFC 8555 s7.1). Every
// failure is kInvalidField with the object and the member that is wrong; texts of the server are not quoted.
#ifndef COMMON_ACME_OBJECT_READER_H_
#define COMMON_ACME_OBJECT_READER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/acme/object_json.h"

namespace sti::acme {

// With newNonce, newAccount and newOrder; the rest may be missing.
absl::StatusOr<DirectoryView> ReadDirectory(absl::string_view body);

// "valid", "deactivated" or "revoked".
absl::StatusOr<std::string> ReadAccountStatus(absl::string_view body);

// With exactly one authorization, as SHAKEN has it (acme_pa.md s4). A valid order has a certificate.
absl::StatusOr<OrderView> ReadOrder(absl::string_view body);

// The challenge is the one of type tkauth-01 with tkauth-type atc (RFC 9447 s3), or another SPC token type
// unnamed; with an empty url when there is none such.
absl::StatusOr<AuthorizationView> ReadAuthorization(absl::string_view body);

}  // namespace sti::acme

#endif  // COMMON_ACME_OBJECT_READER_H_
