// The secret that a provider's origids are made with, in a file.
#ifndef SERVICES_AS_ORIGID_KEY_H_
#define SERVICES_AS_ORIGID_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/random.h"
#include "common/base/secret.h"

namespace sti::as {

// All octets of `file`, a newline at its end, too. With an empty `file`, of origid-PROVIDER.key in
// `state_dir`, which is made with 32 random octets and mode 0600 when it is missing. kNotFound,
// kStorageFailed, kKeyPermissions (group or others may do anything), kKeyInvalid (less than 32 octets, or no
// regular file), kTooLarge (beyond limits::kKeyFile); every text names the path.
absl::StatusOr<Secret> LoadOrigidKey(const std::string& file, const std::string& state_dir,
                                     absl::string_view provider, const Random& random);

}  // namespace sti::as

#endif  // SERVICES_AS_ORIGID_KEY_H_
