#include "common/crypto/key_file.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/secret.h"
#include "common/base/status_macros.h"
#include "common/crypto/file_descriptor.h"
#include "common/crypto/openssl_handles.h"
#include "common/crypto/private_file.h"
#include "common/crypto/system_random.h"

namespace sti::crypto {
namespace {

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

// OpenSSL's callback: fills its buffer, which it wipes afterwards.
int GivePassphrase(char* buffer, int size, int, void* passphrase) {
  const auto& given = *static_cast<const absl::string_view*>(passphrase);
  if (given.size() > static_cast<size_t>(size)) return -1;
  given.copy(buffer, given.size());
  return static_cast<int>(given.size());
}

absl::StatusOr<std::shared_ptr<const SigningKey>> Decrypt(const Secret& text, const std::string& path) {
  const std::string beside = absl::StrCat(path, ".passphrase");
  const absl::StatusOr<Secret> file = ReadPrivateFile(beside, limits::kKeyFile);
  if (ReasonOf(file.status()) == Reason::kNotFound) {
    return MakeError(Reason::kKeyInvalid,
                     absl::StrCat(path, " is encrypted, and there is no ", beside, " with its passphrase"));
  }
  STI_RETURN_IF_ERROR(file.status());
  absl::string_view passphrase = file->RevealForUse();
  absl::ConsumeSuffix(&passphrase, "\n");
  const absl::string_view pem = text.RevealForUse();
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EvpPkeyPtr key(bio == nullptr ? nullptr
                                : PEM_read_bio_PrivateKey(bio.get(), nullptr, GivePassphrase, &passphrase));
  const std::string errors = DrainOpenSslErrors();
  if (key == nullptr) {
    return MakeError(Reason::kKeyInvalid,
                     absl::StrCat(path, ": the passphrase in ", beside, " does not open it: ", errors));
  }
  return SigningKey::FromEvp(std::move(key));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SigningKey>> LoadPrivateKeyFile(const std::string& path) {
  STI_ASSIGN_OR_RETURN(const Secret text, ReadPrivateFile(path, limits::kKeyFile));
  // RFC 7468 s11. PEM's own encryption, which hashes the passphrase once with MD5, is not taken.
  if (absl::StrContains(text.RevealForUse(), "-----BEGIN ENCRYPTED PRIVATE KEY-----")) {
    return Decrypt(text, path);
  }
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
