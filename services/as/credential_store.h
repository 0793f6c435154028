// Keys and certificates of sti-as on disk. Each certificate has a key of its own (operations.md s7):
//   pending-key.pem   the key of the enrolment under way
//   key-ID.pem        a certified key, mode 0600
//   chain-ID.pem      its certificate chain, leaf first
//   current           names the pair in use and its URL; replaced as a whole
// A crash at any point leaves either the old pair or the new pair in use, and at most files that nothing
// names.
#ifndef SERVICES_AS_CREDENTIAL_STORE_H_
#define SERVICES_AS_CREDENTIAL_STORE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"

namespace sti::as {

struct StoredCredential {
  std::shared_ptr<const crypto::SigningKey> key;
  pki::CertificateChain chain;
  std::string x5u;
};

// Not thread-safe: one thread at a time.
class CredentialStore {
 public:
  // `state_dir` exists.
  explicit CredentialStore(std::string state_dir) : dir_(std::move(state_dir)) {}

  // The pair in use; none before the first Save. kKeyPermissions when others may read the key;
  // kStorageFailed, kKeyInvalid or a kCertificate* reason when the files cannot be used.
  absl::StatusOr<std::optional<StoredCredential>> Load() const;

  // The key to enrol with: made when there is none, otherwise the one that an enrolment before left behind.
  // kKeyPermissions, kKeyInvalid, kStorageFailed.
  absl::StatusOr<std::shared_ptr<const crypto::SigningKey>> PendingKey() const;

  // Makes the pending key, which must be the chain's, and the chain the pair in use. kStorageFailed.
  absl::Status Save(const crypto::SigningKey& pending_key, const pki::CertificateChain& chain,
                    const std::string& x5u) const;

  // Removes pairs that are not in use. Failures are left for the next time.
  void RemoveUnused() const;

 private:
  struct Names;  // what the file "current" says
  absl::StatusOr<std::optional<Names>> Current() const;
  std::string Path(const std::string& name) const { return dir_ + "/" + name; }

  const std::string dir_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_CREDENTIAL_STORE_H_
