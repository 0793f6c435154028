#include "common/rpc/tls_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::rpc {
namespace {

struct PemFile {
  const char* field;
  const std::string& path;
  const char* marker;  // what PEM of this kind contains
  bool secret = false;
  size_t max_size = limits::kConfigFile;
};

absl::Status Refuse(const PemFile& file, absl::string_view why) {
  return MakeError(Reason::kConfigInvalid, file.field, absl::StrCat(file.path, ": ", why));
}

absl::StatusOr<std::string> ReadPem(const PemFile& file) {
  if (file.path.empty()) return MakeError(Reason::kConfigInvalid, file.field, "no file is named");
  const int fd = open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Refuse(file, std::strerror(errno));
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  struct stat about {};
  if (fstat(fd, &about) != 0) return Refuse(file, std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return Refuse(file, "not a regular file");
  // On the open file, so that nothing can change between check and use.
  if (file.secret && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return MakeError(Reason::kKeyPermissions, file.field,
                     absl::StrCat(file.path, ": others than the owner have rights to it; chmod 600 it"));
  }
  if (about.st_size > static_cast<off_t>(file.max_size)) {
    return Refuse(file, absl::StrCat("larger than ", file.max_size, " octets"));
  }
  std::string contents(static_cast<size_t>(about.st_size), '\0');
  size_t filled = 0;
  while (filled < contents.size()) {
    const ssize_t got = read(fd, contents.data() + filled, contents.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Refuse(file, got < 0 ? std::strerror(errno) : "shrank while it was read");
    filled += static_cast<size_t>(got);
  }
  if (!absl::StrContains(contents, file.marker))
    return Refuse(file, absl::StrCat("holds no \"", file.marker, "\""));
  return contents;
}

}  // namespace

absl::StatusOr<TlsPem> ReadTlsFiles(const sti::config::v1::Tls& config) {
  constexpr char kCertificate[] = "-----BEGIN CERTIFICATE-----";
  TlsPem pem;
  STI_ASSIGN_OR_RETURN(pem.certificates,
                       ReadPem({"tls.certificate_file", config.certificate_file(), kCertificate}));
  // The octets of an RSA key's marker differ from those of PKCS#8; TLS takes either.
  STI_ASSIGN_OR_RETURN(std::string key, ReadPem({"tls.key_file", config.key_file(), "PRIVATE KEY-----", true,
                                                 limits::kKeyFile}));
  pem.key = Secret(std::move(key));
  STI_ASSIGN_OR_RETURN(pem.authorities, ReadPem({"tls.ca_file", config.ca_file(), kCertificate}));
  return pem;
}

}  // namespace sti::rpc
