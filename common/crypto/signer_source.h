// The one place that knows where private keys of signers may be.
#ifndef COMMON_CRYPTO_SIGNER_SOURCE_H_
#define COMMON_CRYPTO_SIGNER_SOURCE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/crypto/es256.h"

namespace sti::crypto {

// `reference` is the name of a private key file, or the pkcs11: URI of a key in a token. Errors of
// LoadPrivateKeyFile; or of Pkcs11Uri::Parse and Pkcs11Signer::Create.
absl::StatusOr<std::shared_ptr<const Signer>> LoadSigner(const std::string& reference);

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_SIGNER_SOURCE_H_
