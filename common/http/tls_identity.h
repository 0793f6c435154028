// The certificate and key that one end of TLS shows.
#ifndef COMMON_HTTP_TLS_IDENTITY_H_
#define COMMON_HTTP_TLS_IDENTITY_H_

#include <openssl/ssl.h>

#include <string>

#include "absl/status/status.h"

namespace sti::http {

// Loads a PEM chain, own certificate first, and its key: of any type, without passphrase, mode 0600.
// kConfigInvalid, kKeyPermissions or kKeyMismatch, field "certificate_file" or "key_file".
absl::Status UseCertificateAndKey(SSL_CTX* context, const std::string& certificate_file,
                                  const std::string& key_file);

}  // namespace sti::http

#endif  // COMMON_HTTP_TLS_IDENTITY_H_
