#include "services/stictl/key_folder.h"

#include <sys/stat.h>

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/key_file.h"
#include "common/daemon/files.h"

namespace sti::stictl {

absl::StatusOr<KeyFolder> KeyFolder::Open(const std::string& path, const std::vector<std::string>& names) {
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(path));
  for (const std::string& name : names) {
    struct stat info {};
    const std::string file = absl::StrCat(path, "/", name);
    if (lstat(file.c_str(), &info) == 0) {
      return MakeError(
          Reason::kAlreadyExists, "--out",
          absl::StrCat(file, " exists; nothing was written. Choose another folder or move it away"));
    }
  }
  return KeyFolder(path, false);
}

KeyFolder KeyFolder::Renew(const std::string& path) { return KeyFolder(path, true); }

absl::StatusOr<std::shared_ptr<const crypto::SigningKey>> KeyFolder::NewKey(const std::string& name) {
  STI_ASSIGN_OR_RETURN(std::shared_ptr<const crypto::SigningKey> key, crypto::SigningKey::Generate());
  const std::string file = absl::StrCat(path_, "/", name);
  const std::string fresh = replace_ ? file + ".new" : file;
  if (replace_) std::remove(fresh.c_str());  // of one that was killed
  STI_RETURN_IF_ERROR(crypto::WritePrivateKeyFile(fresh, *key));
  if (replace_ && std::rename(fresh.c_str(), file.c_str()) != 0) {
    return MakeError(Reason::kStorageFailed, absl::StrCat("cannot replace ", file));
  }
  written_.push_back(file);
  return key;
}

absl::Status KeyFolder::WriteCertificate(const std::string& name, const pki::Certificate& certificate) {
  return WriteText(name, certificate.Pem());
}

absl::Status KeyFolder::WriteText(const std::string& name, const std::string& text) {
  const std::string file = absl::StrCat(path_, "/", name);
  STI_RETURN_IF_ERROR(daemon::WriteFileAtomically(file, text, 0644));
  written_.push_back(file);
  return absl::OkStatus();
}

}  // namespace sti::stictl
