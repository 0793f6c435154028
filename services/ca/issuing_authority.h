// The CA itself: its issuing certificate and key, its root, and the STI-PA root that it believes.
#ifndef SERVICES_CA_ISSUING_AUTHORITY_H_
#define SERVICES_CA_ISSUING_AUTHORITY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"

namespace sti::ca {

// Immutable, thread-safe.
struct IssuingAuthority {
  pki::Certificate issuing;
  std::shared_ptr<const crypto::Signer> key;  // of `issuing`
  pki::Certificate root;
  pki::Certificate pa_root;

  bool IsValidAt(absl::Time time) const;
};

// Which files hold it.
struct AuthorityFiles {
  std::string issuing_certificate, issuing_key, root_certificate, pa_root;
};

// The root is self-signed; the issuing certificate is a CA signed by it and valid now; the key is its key.
// kConfigInvalid, kKeyMismatch, kKeyPermissions, kKeyInvalid, with the configuration key as field.
absl::StatusOr<IssuingAuthority> LoadIssuingAuthority(const AuthorityFiles& files, absl::Time now);

// One certificate; `field` is the configuration key that named the file. kConfigInvalid.
absl::StatusOr<pki::Certificate> LoadCertificate(const std::string& file, absl::string_view field);

}  // namespace sti::ca

#endif  // SERVICES_CA_ISSUING_AUTHORITY_H_
