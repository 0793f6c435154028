#include "common/crypto/openssl_handles.h"

#include <openssl/err.h>

namespace sti::crypto {

std::string DrainOpenSslErrors() {
  std::string text;
  while (const unsigned long error = ERR_get_error()) {  // NOLINT(google-runtime-int): OpenSSL's type
    char line[256];
    ERR_error_string_n(error, line, sizeof(line));
    if (!text.empty()) text += "; ";
    text += line;
  }
  return text.empty() ? "no OpenSSL error" : text;
}

}  // namespace sti::crypto
