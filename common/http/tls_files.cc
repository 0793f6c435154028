#include "common/http/tls_files.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/crypto/openssl_handles.h"

namespace sti::http {

absl::Status CheckCaFile(absl::string_view field, const std::string& path) {
  const crypto::BioPtr file(BIO_new_file(path.c_str(), "r"));
  const crypto::X509Ptr certificate(file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr)
                                         : nullptr);
  const std::string errors = crypto::DrainOpenSslErrors();
  if (certificate) return absl::OkStatus();
  return MakeError(Reason::kConfigInvalid, field,
                   absl::StrCat(path, file ? ": no PEM certificate in it: " : ": cannot be read: ", errors));
}

}  // namespace sti::http
