#include "services/as/origid_key.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/private_file.h"
#include "common/daemon/files.h"

namespace sti::as {
namespace {

constexpr size_t kOctets = 32;  // as many as the hash has

}  // namespace

absl::StatusOr<Secret> LoadOrigidKey(const std::string& file, const std::string& state_dir,
                                     absl::string_view provider, const Random& random) {
  const std::string path = file.empty() ? absl::StrCat(state_dir, "/origid-", provider, ".key") : file;
  absl::StatusOr<Secret> key = crypto::ReadPrivateFile(path, limits::kKeyFile);
  if (file.empty() && ReasonOf(key.status()) == Reason::kNotFound) {
    STI_ASSIGN_OR_RETURN(std::string made, random.Bytes(kOctets));
    Secret secret(std::move(made));
    STI_RETURN_IF_ERROR(daemon::WriteFileAtomically(path, secret.RevealForUse()));
    return secret;
  }
  if (key.ok() && key->RevealForUse().size() < kOctets) {
    return MakeError(Reason::kKeyInvalid, absl::StrCat(path, ": less than ", kOctets, " octets"));
  }
  return key;
}

}  // namespace sti::as
