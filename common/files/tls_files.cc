#include "common/files/tls_files.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/openssl_handles.h"
#include "common/crypto/private_file.h"

namespace sti::files {
namespace {

constexpr size_t kCertificates = 4 * 1024 * 1024;  // octets; the roots of the web have 200 KiB

absl::Status Refuse(absl::string_view field, absl::string_view path, absl::string_view why) {
  return MakeError(Reason::kConfigInvalid, field, absl::StrCat(path, ": ", why));
}

absl::StatusOr<std::string> ReadPublic(absl::string_view field, const std::string& path) {
  if (path.empty()) return MakeError(Reason::kConfigInvalid, field, "no file is named");
  // Without O_NONBLOCK a FIFO of that name would block here for ever.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Refuse(field, path, std::strerror(errno));
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  struct stat about {};
  if (fstat(fd, &about) != 0) return Refuse(field, path, std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return Refuse(field, path, "not a regular file");
  if (about.st_size > static_cast<off_t>(kCertificates)) {
    return Refuse(field, path, absl::StrCat("larger than ", kCertificates, " octets"));
  }
  std::string contents(static_cast<size_t>(about.st_size), '\0');
  size_t filled = 0;
  while (filled < contents.size()) {
    const ssize_t got = read(fd, contents.data() + filled, contents.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Refuse(field, path, got < 0 ? std::strerror(errno) : "shrank while it was read");
    filled += static_cast<size_t>(got);
  }
  return contents;
}

crypto::BioPtr Bio(absl::string_view text) {
  return crypto::BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Gives `take` every certificate in order; what is no certificate between them does not count. False for a
// damaged one, when there is none, or when `take` says so.
bool EachCertificate(absl::string_view pem, const std::function<bool(X509*)>& take) {
  crypto::DrainOpenSslErrors();
  const crypto::BioPtr bio = Bio(pem);
  bool some = false;
  while (bio) {
    const crypto::X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    if (!take(certificate.get())) return false;
    some = true;
  }
  // Where there is nothing more to find, OpenSSL says that nothing begins.
  return some && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

// Asking at the terminal would stop a daemon for ever.
int NoPassphrase(char*, int, int, void*) { return 0; }

crypto::EvpPkeyPtr ParseKey(const Secret& pem) {
  const crypto::BioPtr bio = Bio(pem.RevealForUse());
  return crypto::EvpPkeyPtr(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr)
                                : nullptr);
}

bool UseChain(SSL_CTX* context, absl::string_view pem) {
  bool own = true;
  return EachCertificate(pem, [context, &own](X509* certificate) {
    if (!std::exchange(own, false)) return SSL_CTX_add1_chain_cert(context, certificate) == 1;
    return SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_clear_chain_certs(context) == 1;
  });
}

absl::Status NotTaken() {
  return MakeError(Reason::kInternal, absl::StrCat("TLS: ", crypto::DrainOpenSslErrors()));
}

}  // namespace

absl::StatusOr<TlsIdentity> ReadTlsIdentity(const std::string& certificate_file,
                                            const std::string& key_file) {
  TlsIdentity identity;
  STI_ASSIGN_OR_RETURN(identity.certificates, ReadPublic("certificate_file", certificate_file));
  const crypto::OpenSslPtr<SSL_CTX, SSL_CTX_free> scratch(SSL_CTX_new(TLS_method()));
  if (!scratch) return NotTaken();
  if (!UseChain(scratch.get(), identity.certificates)) {
    return Refuse("certificate_file", certificate_file,
                  absl::StrCat("no PEM certificate chain: ", crypto::DrainOpenSslErrors()));
  }
  if (key_file.empty()) return MakeError(Reason::kConfigInvalid, "key_file", "no file is named");
  absl::StatusOr<Secret> key = crypto::ReadPrivateFile(key_file, limits::kKeyFile);
  if (!key.ok()) {
    const bool rights = ReasonOf(key.status()) == Reason::kKeyPermissions;
    return MakeError(rights ? Reason::kKeyPermissions : Reason::kConfigInvalid, "key_file",
                     key.status().message());
  }
  identity.key = *std::move(key);
  const crypto::EvpPkeyPtr parsed = ParseKey(identity.key);
  if (!parsed) {
    return Refuse("key_file", key_file,
                  absl::StrCat("no PEM private key without passphrase: ", crypto::DrainOpenSslErrors()));
  }
  if (X509_check_private_key(SSL_CTX_get0_certificate(scratch.get()), parsed.get()) != 1) {
    crypto::DrainOpenSslErrors();
    return MakeError(Reason::kKeyMismatch, "key_file",
                     absl::StrCat(key_file, " is not the key of ", certificate_file));
  }
  if (SSL_CTX_use_PrivateKey(scratch.get(), parsed.get()) != 1) {
    return Refuse("key_file", key_file, crypto::DrainOpenSslErrors());
  }
  return identity;
}

absl::StatusOr<std::string> ReadAuthorities(absl::string_view field, const std::string& ca_file) {
  STI_ASSIGN_OR_RETURN(std::string pem, ReadPublic(field, ca_file));
  if (!EachCertificate(pem, [](X509*) { return true; })) {
    return Refuse(field, ca_file,
                  absl::StrCat("not all whole PEM certificates, or none: ", crypto::DrainOpenSslErrors()));
  }
  crypto::DrainOpenSslErrors();
  return pem;
}

absl::Status UseTlsIdentity(SSL_CTX* context, const TlsIdentity& identity) {
  if (!UseChain(context, identity.certificates)) return NotTaken();
  crypto::DrainOpenSslErrors();
  const crypto::EvpPkeyPtr key = ParseKey(identity.key);
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1) return NotTaken();
  return absl::OkStatus();
}

absl::Status UseAuthorities(SSL_CTX* context, absl::string_view authorities) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  const bool taken = EachCertificate(authorities, [context, store](X509* certificate) {
    return X509_STORE_add_cert(store, certificate) == 1 && SSL_CTX_add_client_CA(context, certificate) == 1;
  });
  if (!taken) return NotTaken();
  crypto::DrainOpenSslErrors();
  return absl::OkStatus();
}

std::string Describe(const TlsIdentity& identity) {
  const crypto::BioPtr bio = Bio(identity.certificates);
  const crypto::X509Ptr own(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  tm until{};
  if (!own || ASN1_TIME_to_tm(X509_get0_notAfter(own.get()), &until) != 1) return "";
  std::string serial;
  const ASN1_INTEGER* const number = X509_get0_serialNumber(own.get());
  for (int i = 0; i < ASN1_STRING_length(number); ++i) {
    absl::StrAppendFormat(&serial, "%02X", ASN1_STRING_get0_data(number)[i]);
  }
  return absl::StrFormat("serial %s, until %04d-%02d-%02dT%02d:%02d:%02dZ", serial, until.tm_year + 1900,
                         until.tm_mon + 1, until.tm_mday, until.tm_hour, until.tm_min, until.tm_sec);
}

}  // namespace sti::files
