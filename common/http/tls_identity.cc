#include "common/http/tls_identity.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <filesystem>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/key_file.h"
#include "common/crypto/openssl_handles.h"

namespace sti::http {
namespace {

absl::Status Refuse(absl::string_view field, absl::string_view what) {
  return MakeError(Reason::kConfigInvalid, field, absl::StrCat(what, ": ", crypto::DrainOpenSslErrors()));
}

// Asking at the terminal would stop a daemon for ever.
int NoPassphrase(char*, int, int, void*) { return 0; }

// Besides the P-256 keys of common/crypto, TLS takes RSA and other curves, as the web's CAs still certify
// them.
absl::StatusOr<crypto::EvpPkeyPtr> LoadKey(const std::string& path) {
  const absl::Status loaded = crypto::LoadPrivateKeyFile(path).status();
  if (ReasonOf(loaded) == Reason::kKeyPermissions) {
    return MakeError(Reason::kKeyPermissions, "key_file", loaded.message());
  }
  std::error_code ignored;
  if ((!loaded.ok() && ReasonOf(loaded) != Reason::kKeyInvalid) ||
      !std::filesystem::is_regular_file(path, ignored)) {
    return MakeError(Reason::kConfigInvalid, "key_file", loaded.message());
  }
  const crypto::BioPtr file(BIO_new_file(path.c_str(), "r"));
  crypto::EvpPkeyPtr key(file ? PEM_read_bio_PrivateKey(file.get(), nullptr, NoPassphrase, nullptr)
                              : nullptr);
  if (!key) return Refuse("key_file", absl::StrCat(path, ": no PEM private key without passphrase"));
  return key;
}

}  // namespace

absl::Status UseCertificateAndKey(SSL_CTX* context, const std::string& certificate_file,
                                  const std::string& key_file) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    return Refuse("certificate_file", absl::StrCat(certificate_file, ": no PEM certificate chain"));
  }
  STI_ASSIGN_OR_RETURN(const crypto::EvpPkeyPtr key, LoadKey(key_file));
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1) {
    crypto::DrainOpenSslErrors();
    return MakeError(Reason::kKeyMismatch, "key_file",
                     absl::StrCat(key_file, " is not the key of ", certificate_file));
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) return Refuse("key_file", key_file);
  return absl::OkStatus();
}

}  // namespace sti::http
