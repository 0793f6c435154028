#include "common/crypto/key_file.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/file_descriptor.h"
#include "common/crypto/openssl_handles.h"
#include "common/crypto/private_file.h"
#include "common/crypto/system_random.h"

namespace sti::crypto {
namespace {

struct FreeSig {
  void operator()(X509_SIG* sig) const { X509_SIG_free(sig); }
};
struct FreePkcs8 {
  void operator()(PKCS8_PRIV_KEY_INFO* info) const { PKCS8_PRIV_KEY_INFO_free(info); }
};
struct FreeAlgor {
  void operator()(X509_ALGOR* algorithm) const { X509_ALGOR_free(algorithm); }
};
using X509SigPtr = std::unique_ptr<X509_SIG, FreeSig>;
using Pkcs8Ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreePkcs8>;
using AlgorPtr = std::unique_ptr<X509_ALGOR, FreeAlgor>;

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

// Longer ones OpenSSL does not take.
constexpr size_t kLongestPassphrase = 1024;
constexpr char kEncrypted[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----";

// `origin`: where the passphrase came from, for the error.
absl::StatusOr<std::shared_ptr<const SigningKey>> Decrypt(const Secret& text, absl::string_view passphrase,
                                                          const std::string& path, absl::string_view origin) {
  const absl::string_view pem = text.RevealForUse();
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EvpPkeyPtr key(bio == nullptr ? nullptr
                                : PEM_read_bio_PrivateKey(bio.get(), nullptr, GivePassphrase, &passphrase));
  const std::string errors = DrainOpenSslErrors();
  if (key == nullptr) {
    return MakeError(Reason::kKeyInvalid,
                     absl::StrCat(path, ": the passphrase", origin, " does not open it: ", errors));
  }
  return SigningKey::FromEvp(std::move(key));
}

absl::StatusOr<std::shared_ptr<const SigningKey>> DecryptWithFileBeside(const Secret& text,
                                                                        const std::string& path) {
  const std::string beside = absl::StrCat(path, ".passphrase");
  const absl::StatusOr<Secret> file = ReadPrivateFile(beside, limits::kKeyFile);
  if (ReasonOf(file.status()) == Reason::kNotFound) {
    return MakeError(Reason::kKeyInvalid,
                     absl::StrCat(path, " is encrypted, and there is no ", beside, " with its passphrase"));
  }
  STI_RETURN_IF_ERROR(file.status());
  absl::string_view passphrase = file->RevealForUse();
  absl::ConsumeSuffix(&passphrase, "\n");
  return Decrypt(text, passphrase, path, absl::StrCat(" in ", beside));
}

absl::StatusOr<std::shared_ptr<const SigningKey>> Parse(const Secret& text, const std::string& path) {
  absl::StatusOr<std::shared_ptr<const SigningKey>> key = SigningKey::FromPem(text.RevealForUse());
  if (!key.ok()) return MakeError(ReasonOf(key.status()), absl::StrCat(path, ": ", key.status().message()));
  return key;
}

// RFC 7468 s11. PEM's own encryption, which hashes the passphrase once with MD5, is not taken.
bool IsEncrypted(const Secret& text) { return absl::StrContains(text.RevealForUse(), kEncrypted); }

// The file is whole or absent, and never replaces one that is there.
absl::Status WriteNewFile(const std::string& path, absl::string_view text) {
  STI_ASSIGN_OR_RETURN(const std::string suffix, SystemRandom::Instance().Bytes(8));
  const std::string temporary = absl::StrCat(path, ".", absl::BytesToHexString(suffix), ".tmp");
  absl::Status status = WriteTemporary(temporary, text);
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

absl::string_view TextOf(BIO* bio) {
  char* pem = nullptr;
  const auto size = static_cast<size_t>(BIO_get_mem_data(bio, &pem));
  return {pem, size};
}

// PKCS#8 with PBES2 (RFC 8018), scrypt and AES-256-CBC. Null when OpenSSL fails.
X509SigPtr Encrypt(const SigningKey& key, absl::string_view passphrase) {
  constexpr uint64_t kCost = 1U << 14U;
  constexpr uint64_t kBlock = 8;
  constexpr uint64_t kParallel = 5;
  const Pkcs8Ptr plain(EVP_PKEY2PKCS8(key.evp()));
  if (plain == nullptr) return nullptr;
  // OpenSSL chooses salt and initialization vector.
  AlgorPtr algorithm(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nullptr, 0, nullptr, kCost, kBlock, kParallel));
  if (algorithm == nullptr) return nullptr;
  X509SigPtr encrypted(
      PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()), plain.get(), algorithm.get()));
  if (encrypted != nullptr)
    algorithm.release();  // NOLINT(bugprone-unused-return-value): it belongs to `encrypted`
  return encrypted;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SigningKey>> LoadPrivateKeyFile(const std::string& path) {
  STI_ASSIGN_OR_RETURN(const Secret text, ReadPrivateFile(path, limits::kKeyFile));
  return IsEncrypted(text) ? DecryptWithFileBeside(text, path) : Parse(text, path);
}

absl::StatusOr<std::shared_ptr<const SigningKey>> LoadPrivateKeyFile(const std::string& path,
                                                                     const Secret& passphrase) {
  STI_ASSIGN_OR_RETURN(const Secret text, ReadPrivateFile(path, limits::kKeyFile));
  return IsEncrypted(text) ? Decrypt(text, passphrase.RevealForUse(), path, "") : Parse(text, path);
}

absl::StatusOr<Secret> ReadPassphraseFile(const std::string& path) {
  STI_ASSIGN_OR_RETURN(const Secret text, ReadPrivateFile(path, limits::kKeyFile));
  const absl::string_view line = absl::StripSuffix(text.RevealForUse(), "\n");
  if (line.empty() || line.size() > kLongestPassphrase || absl::StrContains(line, '\n')) {
    return MakeError(Reason::kConfigInvalid,
                     absl::StrCat(path, ": not one line of 1 to ", kLongestPassphrase, " octets"));
  }
  return Secret(std::string(line));
}

absl::Status WritePrivateKeyFile(const std::string& path, const SigningKey& key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));  // wiped when freed
  if (bio == nullptr ||
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key.evp(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return MakeError(Reason::kInternal, DrainOpenSslErrors());
  }
  return WriteNewFile(path, TextOf(bio.get()));
}

absl::Status WritePrivateKeyFile(const std::string& path, const SigningKey& key, const Secret& passphrase) {
  const X509SigPtr encrypted = Encrypt(key, passphrase.RevealForUse());
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (encrypted == nullptr || bio == nullptr || PEM_write_bio_PKCS8(bio.get(), encrypted.get()) != 1) {
    return MakeError(Reason::kInternal, DrainOpenSslErrors());
  }
  return WriteNewFile(path, TextOf(bio.get()));
}

}  // namespace sti::crypto
