#include "common/crypto/signer_source.h"

#include "common/base/status_macros.h"
#include "common/crypto/key_file.h"
#include "common/crypto/pkcs11_signer.h"
#include "common/crypto/pkcs11_uri.h"

namespace sti::crypto {

absl::StatusOr<std::shared_ptr<const Signer>> LoadSigner(const std::string& reference) {
  if (!IsPkcs11Uri(reference)) return LoadPrivateKeyFile(reference);
  STI_ASSIGN_OR_RETURN(const Pkcs11Uri uri, Pkcs11Uri::Parse(reference));
  return Pkcs11Signer::Create(uri);
}

}  // namespace sti::crypto
