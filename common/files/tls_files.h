// The PEM files of TLS, read and checked: every port and client of the suite takes them from here.
#ifndef COMMON_FILES_TLS_FILES_H_
#define COMMON_FILES_TLS_FILES_H_

#include <openssl/ssl.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/secret.h"

namespace sti::files {

// What one end of TLS shows. The key is that of the first certificate, and OpenSSL takes both.
struct TlsIdentity {
  std::string certificates;  // PEM chain, own certificate first
  Secret key;                // PEM, of any type, without passphrase
};

// kConfigInvalid, kKeyPermissions (group or others have any right to the key) or kKeyMismatch; field
// "certificate_file" or "key_file", the text names the path.
absl::StatusOr<TlsIdentity> ReadTlsIdentity(const std::string& certificate_file, const std::string& key_file);

// PEM of CA certificates, at least one, all of them whole. kConfigInvalid with `field`, naming the path.
absl::StatusOr<std::string> ReadAuthorities(absl::string_view field, const std::string& ca_file);

// kInternal: what has passed the reading is taken.
absl::Status UseTlsIdentity(SSL_CTX* context, const TlsIdentity& identity);
// Trusts these CAs for the other end; a server names them to its clients.
absl::Status UseAuthorities(SSL_CTX* context, absl::string_view authorities);

// Of the own certificate, for the log: "serial 1A2B, until 2026-01-31T12:00:00Z".
std::string Describe(const TlsIdentity& identity);

}  // namespace sti::files

#endif  // COMMON_FILES_TLS_FILES_H_
