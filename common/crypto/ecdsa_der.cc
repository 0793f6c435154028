#include "common/crypto/ecdsa_der.h"

#include <algorithm>

namespace sti::crypto {
namespace {

constexpr size_t kNumber = 32;
constexpr uint8_t kSequence = 0x30;
constexpr uint8_t kInteger = 0x02;

// The order of the group of P-256 (FIPS 186-4 D.1.2.3).
constexpr uint8_t kOrder[kNumber] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                     0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                     0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

// In [1, n-1]?
bool IsScalar(const uint8_t* number) {
  const bool zero = std::all_of(number, number + kNumber, [](uint8_t octet) { return octet == 0; });
  return !zero && std::lexicographical_compare(number, number + kNumber, kOrder, kOrder + kNumber);
}

uint8_t* PutInteger(const uint8_t* number, uint8_t* to) {
  const uint8_t* const end = number + kNumber;
  while (*number == 0) ++number;
  const bool sign_octet = (*number & 0x80) != 0;
  *to++ = kInteger;
  *to++ = static_cast<uint8_t>(end - number + (sign_octet ? 1 : 0));
  if (sign_octet) *to++ = 0;
  return std::copy(number, end, to);
}

// Takes one non-negative INTEGER in its shortest form off the front of `der`.
bool TakeInteger(absl::string_view& der, char* number) {
  if (der.size() < 3 || static_cast<uint8_t>(der[0]) != kInteger) return false;
  const size_t size = static_cast<uint8_t>(der[1]);
  if (size == 0 || size > kNumber + 1 || size > der.size() - 2) return false;
  absl::string_view value = der.substr(2, size);
  der.remove_prefix(2 + size);
  if ((static_cast<uint8_t>(value[0]) & 0x80) != 0) return false;
  if (value[0] == 0 && size > 1) {
    value.remove_prefix(1);
    if ((static_cast<uint8_t>(value[0]) & 0x80) == 0) return false;
  }
  if (value.size() > kNumber) return false;
  std::fill(number, number + (kNumber - value.size()), '\0');
  std::copy(value.begin(), value.end(), number + (kNumber - value.size()));
  return true;
}

}  // namespace

bool EcdsaRawToDer(absl::string_view raw, EcdsaDer& der) {
  if (raw.size() != 2 * kNumber) return false;
  const auto* r = reinterpret_cast<const uint8_t*>(raw.data());
  const uint8_t* s = r + kNumber;
  if (!IsScalar(r) || !IsScalar(s)) return false;
  uint8_t* const begin = der.octets.data();
  const uint8_t* const end = PutInteger(s, PutInteger(r, begin + 2));
  der.size = static_cast<size_t>(end - begin);
  begin[0] = kSequence;
  begin[1] = static_cast<uint8_t>(der.size - 2);  // at most 70: the short form of a length
  return true;
}

bool EcdsaDerToRaw(absl::string_view der, std::array<char, 64>& raw) {
  if (der.size() < 2 || der.size() > kEcdsaDerMax || static_cast<uint8_t>(der[0]) != kSequence) return false;
  if (static_cast<uint8_t>(der[1]) != der.size() - 2) return false;
  der.remove_prefix(2);
  return TakeInteger(der, raw.data()) && TakeInteger(der, raw.data() + kNumber) && der.empty();
}

}  // namespace sti::crypto
