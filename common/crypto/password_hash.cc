#include "common/crypto/password_hash.h"

#include <openssl/evp.h>

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/openssl_handles.h"

namespace sti::crypto {
namespace {

constexpr absl::string_view kScheme = "scrypt";
constexpr size_t kSaltOctets = 16;
constexpr size_t kHashOctets = 32;
constexpr uint64_t kMostMemory = 64 * 1024 * 1024;
constexpr int kMostRounds = 64;  // of p: bounds the time

// Within what OpenSSL may use beside the table: block and p blocks.
constexpr uint64_t kMemoryLimit = kMostMemory + 1024 * 1024;

absl::Status CheckCost(const ScryptCost& cost) {
  const bool sane = cost.log_n >= 1 && cost.log_n <= 20 && cost.r >= 1 && cost.r <= 32 && cost.p >= 1 &&
                    cost.p <= kMostRounds;
  // The second factor cannot overflow any more.
  if (sane &&
      ((uint64_t{128} * static_cast<uint64_t>(cost.r)) << static_cast<unsigned>(cost.log_n)) <= kMostMemory) {
    return absl::OkStatus();
  }
  return MakeError(Reason::kInvalidField, "cost", "not one of scrypt, or beyond 64 MiB");
}

struct StoredHash {
  ScryptCost cost;
  std::string salt, hash;
};

absl::StatusOr<StoredHash> ParseStored(absl::string_view stored) {
  const std::vector<absl::string_view> words = absl::StrSplit(stored, '$');
  StoredHash parsed;
  const bool good =
      words.size() == 6 && words[0] == kScheme && absl::SimpleAtoi(words[1], &parsed.cost.log_n) &&
      absl::SimpleAtoi(words[2], &parsed.cost.r) && absl::SimpleAtoi(words[3], &parsed.cost.p) &&
      absl::WebSafeBase64Unescape(words[4], &parsed.salt) && parsed.salt.size() == kSaltOctets &&
      absl::WebSafeBase64Unescape(words[5], &parsed.hash) && parsed.hash.size() == kHashOctets;
  if (!good) return MakeError(Reason::kInvalidField, "password_hash", "not a hash of this program");
  return parsed;
}

}  // namespace

absl::StatusOr<std::string> Scrypt(const Secret& password, absl::string_view salt, const ScryptCost& cost,
                                   size_t size) {
  STI_RETURN_IF_ERROR(CheckCost(cost));
  const absl::string_view octets = password.RevealForUse();
  std::string hash(size, '\0');
  // Null pointers mean "only check the parameters" to it, so that empty texts need an address.
  const int done = EVP_PBE_scrypt(octets.empty() ? "" : octets.data(), octets.size(),
                                  reinterpret_cast<const unsigned char*>(salt.empty() ? "" : salt.data()),
                                  salt.size(), uint64_t{1} << static_cast<unsigned>(cost.log_n),
                                  static_cast<uint64_t>(cost.r), static_cast<uint64_t>(cost.p), kMemoryLimit,
                                  reinterpret_cast<unsigned char*>(hash.data()), hash.size());
  if (done != 1) return MakeError(Reason::kInternal, DrainOpenSslErrors());
  return hash;
}

absl::StatusOr<std::string> HashPassword(const Secret& password, const ScryptCost& cost,
                                         const Random& random) {
  STI_ASSIGN_OR_RETURN(const std::string salt, random.Bytes(kSaltOctets));
  STI_ASSIGN_OR_RETURN(const std::string hash, Scrypt(password, salt, cost, kHashOctets));
  return absl::StrCat(kScheme, "$", cost.log_n, "$", cost.r, "$", cost.p, "$",
                      absl::WebSafeBase64Escape(salt), "$", absl::WebSafeBase64Escape(hash));
}

absl::StatusOr<bool> IsPassword(const Secret& password, absl::string_view stored) {
  STI_ASSIGN_OR_RETURN(const StoredHash parsed, ParseStored(stored));
  STI_ASSIGN_OR_RETURN(const std::string hash, Scrypt(password, parsed.salt, parsed.cost, kHashOctets));
  return ConstantTimeEquals(hash, parsed.hash);
}

}  // namespace sti::crypto
