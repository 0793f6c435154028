// The CA itself: its issuing certificate and key, those that it had before or will have next, its root, and
// the STI-PA roots that it believes.
#ifndef SERVICES_CA_ISSUING_AUTHORITY_H_
#define SERVICES_CA_ISSUING_AUTHORITY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"

namespace sti::ca {

// An issuing certificate that does not sign now: what it has issued is served, revoked and renewed all the
// same.
struct OtherIssuer {
  pki::Certificate issuing;
  pki::Certificate root;
};

// Immutable, thread-safe.
struct IssuingAuthority {
  pki::Certificate issuing;
  std::shared_ptr<const crypto::Signer> key;  // of `issuing`
  pki::Certificate root;
  std::vector<pki::Certificate> pa_roots;    // one, or the next one, too, while it is exchanged
  std::vector<pki::Certificate> above = {};  // between `issuing` and `root`, from below
  std::vector<OtherIssuer> others = {};

  // Every certificate that stands here; no other key may be one of theirs.
  std::vector<pki::Certificate> Own() const;
  // Whether it names the key of an issuing certificate that stands here.
  bool IsIssuersKeyId(absl::string_view key_id) const;
  bool IsValidAt(absl::Time time) const;
};

// Which files hold it.
struct OtherIssuerFiles {
  std::string certificate, key, root_certificate;  // key may be empty
};
struct AuthorityFiles {
  std::string issuing_certificate, issuing_key, root_certificate, pa_root;
  std::vector<OtherIssuerFiles> others = {};
  std::vector<std::string> more_pa_roots = {};
};

// The root is self-signed; the issuing certificate is a CA below it and valid now; the key is its key. The
// file may hold the CAs between the two behind the issuing certificate. Others may have expired, or not
// begun; so may further STI-PA roots. kConfigInvalid, kKeyMismatch, kKeyPermissions, kKeyInvalid, with the
// configuration key as field.
absl::StatusOr<IssuingAuthority> LoadIssuingAuthority(const AuthorityFiles& files, absl::Time now);

// One certificate; `field` is the configuration key that named the file. kConfigInvalid.
absl::StatusOr<pki::Certificate> LoadCertificate(const std::string& file, absl::string_view field);

}  // namespace sti::ca

#endif  // SERVICES_CA_ISSUING_AUTHORITY_H_
