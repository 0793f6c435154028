#include "common/crypto/key_file.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/secret.h"
#include "common/base/status_macros.h"
#include "common/crypto/openssl_handles.h"
#include "common/crypto/private_file.h"
#include "common/crypto/system_random.h"

namespace sti::crypto {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool ok() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

absl::Status FileError(Reason reason, const std::string& path, absl::string_view what, int error) {
  return MakeError(reason,
                   absl::StrCat(path, ": cannot ", what, ": ", std::system_category().message(error)));
}

bool WriteAll(int fd, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    text.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

// A rename or link lives in the folder, which has to reach the disk as well.
bool SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return descriptor.ok() && fsync(descriptor.get()) == 0;
}

// `temporary` gets the whole text or is removed again by the caller.
absl::Status WriteTemporary(const std::string& temporary, absl::string_view text) {
  const Descriptor file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.ok()) return FileError(Reason::kStorageFailed, temporary, "create", errno);
  if (!WriteAll(file.get(), text) || fsync(file.get()) != 0) {
    return FileError(Reason::kStorageFailed, temporary, "write", errno);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SigningKey>> LoadPrivateKeyFile(const std::string& path) {
  STI_ASSIGN_OR_RETURN(const Secret text, ReadPrivateFile(path, limits::kKeyFile));
  absl::StatusOr<std::shared_ptr<const SigningKey>> key = SigningKey::FromPem(text.RevealForUse());
  if (!key.ok()) return MakeError(ReasonOf(key.status()), absl::StrCat(path, ": ", key.status().message()));
  return key;
}

absl::Status WritePrivateKeyFile(const std::string& path, const SigningKey& key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));  // wiped when freed
  if (bio == nullptr ||
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key.evp(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return MakeError(Reason::kInternal, DrainOpenSslErrors());
  }
  char* pem = nullptr;
  const auto size = static_cast<size_t>(BIO_get_mem_data(bio.get(), &pem));

  STI_ASSIGN_OR_RETURN(const std::string suffix, SystemRandom::Instance().Bytes(8));
  const std::string temporary = absl::StrCat(path, ".", absl::BytesToHexString(suffix), ".tmp");
  absl::Status status = WriteTemporary(temporary, absl::string_view(pem, size));
  // Unlike rename, link never replaces a key that is there.
  if (status.ok() && link(temporary.c_str(), path.c_str()) != 0) {
    status =
        FileError(errno == EEXIST ? Reason::kAlreadyExists : Reason::kStorageFailed, path, "create", errno);
  }
  unlink(temporary.c_str());
  if (status.ok() && !SyncFolderOf(path))
    status = FileError(Reason::kStorageFailed, path, "sync the folder of", errno);
  return status;
}

}  // namespace sti::crypto
