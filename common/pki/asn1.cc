#include "common/pki/asn1.h"

#include <openssl/objects.h>

#include <cstdint>
#include <ctime>
#include <memory>

#include "absl/time/civil_time.h"

namespace sti::pki {
namespace {

struct OpenSslStringDeleter {
  void operator()(char* text) const { OPENSSL_free(text); }
};

}  // namespace

std::string StringOctets(const ASN1_STRING* string) {
  if (string == nullptr || ASN1_STRING_length(string) <= 0) return "";
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                     static_cast<size_t>(ASN1_STRING_length(string)));
}

Asn1TimePtr MakeTime(absl::Time time) {
  static constexpr int64_t kFirst = -62135596800;  // 0001-01-01T00:00:00Z
  static constexpr int64_t kLast = 253402300799;   // 9999-12-31T23:59:59Z
  const int64_t seconds = absl::ToUnixSeconds(time);
  if (seconds < kFirst || seconds > kLast) return nullptr;
  return Asn1TimePtr(ASN1_TIME_set(nullptr, seconds));
}

std::optional<absl::Time> ParseTime(const ASN1_TIME* time) {
  if (time == nullptr) return std::nullopt;
  const int wanted = ASN1_STRING_type(time) == V_ASN1_UTCTIME ? 13 : 15;
  std::tm tm = {};
  // OpenSSL would also take offsets and fractions, which RFC 5280 forbids.
  if (ASN1_STRING_length(time) != wanted || ASN1_STRING_get0_data(time)[wanted - 1] != 'Z')
    return std::nullopt;
  if (ASN1_TIME_to_tm(time, &tm) != 1) return std::nullopt;
  return absl::FromTM(tm, absl::UTCTimeZone());
}

std::string IntegerHex(const ASN1_INTEGER* integer) {
  const crypto::BignumPtr number(ASN1_INTEGER_to_BN(integer, nullptr));
  if (number == nullptr) return "";
  const std::unique_ptr<char, OpenSslStringDeleter> hex(BN_bn2hex(number.get()));
  if (hex == nullptr) return "";
  absl::string_view digits = hex.get();
  const bool negative = !digits.empty() && digits.front() == '-';
  if (negative) digits.remove_prefix(1);
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return (negative ? "-" : "") + std::string(digits);
}

std::string OidText(const ASN1_OBJECT* object) {
  char text[128];
  const int size = OBJ_obj2txt(text, sizeof(text), object, /*no_name=*/1);
  if (size <= 0 || size >= static_cast<int>(sizeof(text))) return "";
  return std::string(text, static_cast<size_t>(size));
}

int NamedCurve(X509* x509) {
  X509_ALGOR* algorithm = nullptr;
  const ASN1_OBJECT* type = nullptr;
  const void* parameter = nullptr;
  int parameter_type = V_ASN1_UNDEF;
  if (X509_PUBKEY_get0_param(nullptr, nullptr, nullptr, &algorithm, X509_get_X509_PUBKEY(x509)) != 1)
    return NID_undef;
  X509_ALGOR_get0(&type, &parameter_type, &parameter, algorithm);
  if (OBJ_obj2nid(type) != NID_X9_62_id_ecPublicKey || parameter_type != V_ASN1_OBJECT) return NID_undef;
  if (X509_get0_pubkey(x509) == nullptr) return NID_undef;  // a point that is not on the curve
  return OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(parameter));
}

}  // namespace sti::pki
