// API keys of REST clients: random text that the client keeps, of which the daemon holds a salted hash only.
#ifndef COMMON_CRYPTO_API_KEY_H_
#define COMMON_CRYPTO_API_KEY_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/random.h"
#include "common/base/secret.h"

namespace sti::crypto {

// A fresh key, and the line of an API key file that lets it in.
struct ApiKey {
  Secret text;       // base64url of 32 random octets: for the client, shown once
  std::string line;  // "name salt:hash"
};

// `name`: 1 to 64 letters, digits, ".", "_" or "-"; it stands for the client in profiles. kInvalidField,
// kInternal.
absl::StatusOr<ApiKey> MakeApiKey(absl::string_view name, const Random& random);

// Whose key is it. Immutable; thread-safe.
//
// The hash is SHA-256 over salt and key. A slow hash is for what people think up; 256 random bits cannot be
// tried out, and a slow one would cost every call milliseconds.
class ApiKeyTable {
 public:
  // Lines "name salt:hash"; empty lines and those that begin with "#" do not count. A name may have several
  // keys, so that a client can change its own without a gap. kConfigInvalid names the line, never its
  // contents; also for more than 1000 keys, since each costs a look-up half a microsecond.
  static absl::StatusOr<ApiKeyTable> Parse(absl::string_view text);

  // The name; empty when nobody has that key. The time depends on the number of keys only.
  absl::string_view NameOf(absl::string_view key) const;
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string name, salt, hash;
  };
  std::vector<Entry> entries_;
};

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_API_KEY_H_
