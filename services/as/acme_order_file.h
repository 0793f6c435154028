// Which order is under way at which CA, on disk: what a restart takes up again.
#ifndef SERVICES_AS_ACME_ORDER_FILE_H_
#define SERVICES_AS_ACME_ORDER_FILE_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/crypto/es256.h"

namespace sti::as {

// Not thread-safe.
class AcmeOrderFile {
 public:
  AcmeOrderFile(std::string path, std::string directory_url)
      : path_(std::move(path)), directory_url_(std::move(directory_url)) {}

  // URL of the order that was noted for this key at this CA; empty without one. A file that cannot be read is
  // none: another order costs less than no certificate.
  std::string Find(const crypto::VerifyingKey& key) const;
  // Durable when it returns. kStorageFailed.
  absl::Status Note(const std::string& order_url, const crypto::VerifyingKey& key) const;
  void Remove() const;

 private:
  const std::string path_;
  const std::string directory_url_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ACME_ORDER_FILE_H_
