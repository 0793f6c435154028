// Which private key of which PKCS#11 token, as configuration files say it: a pkcs11: URI (RFC 7512).
#ifndef COMMON_CRYPTO_PKCS11_URI_H_
#define COMMON_CRYPTO_PKCS11_URI_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::crypto {

// Does the text mean to be such a URI, rather than the name of a file?
bool IsPkcs11Uri(absl::string_view text);

// pkcs11:token=CA;object=issuing?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:ca.pin
struct Pkcs11Uri {
  // What the token must have; empty means any. One of token (its label) and serial is there.
  std::string token, manufacturer, serial, model;
  // What the key must have; empty means any. One of object (its label) and id (raw octets) is there.
  std::string object, id;
  std::string module_path;  // absolute; the library that speaks to the token
  std::string pin_file;     // holds the PIN, one line

  // kConfigInvalid for what is no URI of RFC 7512 and for what is missing, given twice or unknown. A PIN in
  // the URI is refused: configuration files are copied and shown. No error text holds a value.
  static absl::StatusOr<Pkcs11Uri> Parse(absl::string_view text);

  // Parse(Text()) gives this again.
  std::string Text() const;
};

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_PKCS11_URI_H_
