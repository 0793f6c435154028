// What the files of this room share about OpenSSL's ASN.1 types. Private to the room.
#ifndef COMMON_PKI_ASN1_H_
#define COMMON_PKI_ASN1_H_

#include <openssl/asn1.h>
#include <openssl/x509.h>

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/openssl_handles.h"

namespace sti::pki {

inline const unsigned char* Octets(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// The DER of `object`; empty when OpenSSL cannot encode it.
template <typename T, typename I2d>
std::string ToDer(const T* object, I2d i2d) {
  const int size = i2d(object, nullptr);
  if (size <= 0) return "";
  std::string der(static_cast<size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(&der[0]);
  return i2d(object, &out) == size ? der : "";
}

// A null `string` gives an empty text.
std::string StringOctets(const ASN1_STRING* string);

using Asn1TimePtr = crypto::OpenSslPtr<ASN1_TIME, ASN1_TIME_free>;

// UTCTime or GeneralizedTime as RFC 5280 s4.1.2.5 wants it, cut to whole seconds; null outside of years 1 to
// 9999.
Asn1TimePtr MakeTime(absl::Time time);

// RFC 5280 s4.1.2.5 form only (UTC, seconds, no fraction); nullopt for any other.
std::optional<absl::Time> ParseTime(const ASN1_TIME* time);

// Upper-case hexadecimal without leading zeros; a minus in front of a negative number; "" on failure.
std::string IntegerHex(const ASN1_INTEGER* integer);

// Dotted decimal; "" for an identifier of more than 127 characters.
std::string OidText(const ASN1_OBJECT* object);

// NID of the curve of a named-curve EC key; NID_undef for any other key. Read from the AlgorithmIdentifier,
// since OpenSSL itself recognizes a curve that is spelled out in explicit parameters.
int NamedCurve(X509* x509);

}  // namespace sti::pki

#endif  // COMMON_PKI_ASN1_H_
