#include "common/crypto/api_key.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/digest.h"

namespace sti::crypto {
namespace {

constexpr size_t kKeyOctets = 32;
constexpr size_t kSaltOctets = 16;
constexpr size_t kHashOctets = 32;
constexpr size_t kLongestName = 64;
constexpr size_t kLongestKey = 256;  // ours have 43 octets; longer ones are not worth hashing
constexpr size_t kMostKeys = 1000;

bool IsName(absl::string_view name) {
  return !name.empty() && name.size() <= kLongestName && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("._-", c);
  });
}

std::string SaltedHash(absl::string_view salt, absl::string_view key) {
  std::string salted = absl::StrCat(salt, key);
  std::string hash = Sha256(salted);
  Wipe(salted);
  return hash;
}

}  // namespace

absl::StatusOr<ApiKey> MakeApiKey(absl::string_view name, const Random& random) {
  if (!IsName(name)) {
    return MakeError(Reason::kInvalidField, "name",
                     absl::StrCat("must be 1 to ", kLongestName, " letters, digits, \".\", \"_\" or \"-\""));
  }
  STI_ASSIGN_OR_RETURN(std::string octets, random.Bytes(kKeyOctets));
  STI_ASSIGN_OR_RETURN(const std::string salt, random.Bytes(kSaltOctets));
  ApiKey key{Secret(absl::WebSafeBase64Escape(octets)), ""};
  Wipe(octets);
  key.line = absl::StrCat(name, " ", absl::WebSafeBase64Escape(salt), ":",
                          absl::WebSafeBase64Escape(SaltedHash(salt, key.text.RevealForUse())));
  return key;
}

absl::StatusOr<ApiKeyTable> ApiKeyTable::Parse(absl::string_view text) {
  ApiKeyTable table;
  size_t number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" :\t"), absl::SkipEmpty());
    Entry entry;
    bool good = words.size() == 3 && IsName(words[0]);
    if (good) {
      entry.name = std::string(words[0]);
      good = absl::WebSafeBase64Unescape(words[1], &entry.salt) && entry.salt.size() == kSaltOctets &&
             absl::WebSafeBase64Unescape(words[2], &entry.hash) && entry.hash.size() == kHashOctets;
    }
    // The line may be a key that somebody put here by mistake: not to be quoted.
    if (!good) {
      return MakeError(
          Reason::kConfigInvalid,
          absl::StrCat("line ", number, " is not \"name salt:hash\" as stictl api-key prints it"));
    }
    if (table.entries_.size() == kMostKeys) {
      return MakeError(Reason::kConfigInvalid, absl::StrCat("more than ", kMostKeys, " keys"));
    }
    table.entries_.push_back(std::move(entry));
  }
  return table;
}

absl::string_view ApiKeyTable::NameOf(absl::string_view key) const {
  if (key.empty() || key.size() > kLongestKey) return "";
  absl::string_view name;
  // All of them, found or not.
  for (const Entry& entry : entries_) {
    if (ConstantTimeEquals(entry.hash, SaltedHash(entry.salt, key))) name = entry.name;
  }
  return name;
}

}  // namespace sti::crypto
