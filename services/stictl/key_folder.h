// The folder that a ceremony writes into: keys 0600, nothing overwritten unless it is opened for that.
#ifndef SERVICES_STICTL_KEY_FOLDER_H_
#define SERVICES_STICTL_KEY_FOLDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"

namespace sti::stictl {

class KeyFolder {
 public:
  // Makes the folder with mode 0700 when missing. kAlreadyExists when one of `names` is in it already, before
  // anything is written. kStorageFailed.
  static absl::StatusOr<KeyFolder> Open(const std::string& path, const std::vector<std::string>& names);

  // A folder that exists, whose files are replaced, each at once.
  static KeyFolder Renew(const std::string& path);

  // kAlreadyExists, but for Renew.
  absl::StatusOr<std::shared_ptr<const crypto::SigningKey>> NewKey(const std::string& name);
  absl::Status WriteCertificate(const std::string& name, const pki::Certificate& certificate);
  absl::Status WriteText(const std::string& name, const std::string& text);

  // Full paths of what was written, in order.
  const std::vector<std::string>& written() const { return written_; }

 private:
  KeyFolder(std::string path, bool replace) : path_(std::move(path)), replace_(replace) {}
  std::string path_;
  bool replace_;
  std::vector<std::string> written_;
};

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_KEY_FOLDER_H_
