// The API keys of a REST server, as its file is now.
#ifndef COMMON_REST_API_KEYS_H_
#define COMMON_REST_API_KEYS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/snapshot.h"
#include "common/crypto/api_key.h"
#include "common/files/file_watch.h"

namespace sti::rest {

// A handle: copies see the same keys. Thread-safe.
class ApiKeys {
 public:
  ApiKeys() : ApiKeys(crypto::ApiKeyTable()) {}
  explicit ApiKeys(crypto::ApiKeyTable keys);

  // Reads the file, and again when `watch` finds it changed; a bad one leaves the keys of before in force.
  // kConfigInvalid, and kKeyPermissions for a file that others may read; field "rest.api_keys_file". The text
  // names the path and the line, never what it says.
  static absl::StatusOr<ApiKeys> FromFile(const std::string& file, files::FileWatch& watch);

  // Ask again for each request: a key that was removed must not go on working. Never null.
  std::shared_ptr<const crypto::ApiKeyTable> Now() const { return now_->Get(); }

 private:
  std::shared_ptr<Snapshot<crypto::ApiKeyTable>> now_;
  files::Watched watched_;
};

}  // namespace sti::rest

#endif  // COMMON_REST_API_KEYS_H_
