// Keys and certificates of one provider on disk. Each certificate has a key of its own (operations.md s7), or
// one of the keys in a token:
//   pending-key.pem    the key of the enrolment under way
//   requested-key.pem  the key of a certificate that is being bought elsewhere
//   key-ID.pem         a certified key, mode 0600
//   chain-ID.pem       a certificate chain, leaf first
//   credentials        names what is in use, comes next and was used before; replaced as a whole
// A crash at any point leaves what was in use in use, a key whose certificate was not noted down yet where it
// was, and at most files that nothing names.
#ifndef SERVICES_AS_CREDENTIAL_STORE_H_
#define SERVICES_AS_CREDENTIAL_STORE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/secret.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"
#include "services/as/credential_listing.h"

namespace sti::as {

struct StoredCredential {
  std::shared_ptr<const crypto::Signer> key;
  pki::CertificateChain chain;
  std::string x5u;
  bool imported = false;
  absl::Time since;  // when it was stored: published by then
};

// kStorageFailed, kNotFound, kKeyPermissions, kKeyInvalid, kKeyMismatch, kUnavailable (a token) or a
// kCertificate* reason for one whose files or token cannot be used.
using StoredSlot = std::optional<absl::StatusOr<StoredCredential>>;
struct StoredCredentials {
  StoredSlot current, next, previous;
};

// Not thread-safe: one thread at a time.
class CredentialStore {
 public:
  // `dir` exists. `token_keys`: pkcs11: URIs, used in turn for enrolments; empty: key files. `passphrase`:
  // new key files are encrypted with it; empty: not.
  explicit CredentialStore(std::string dir, std::vector<std::string> token_keys = {}, Secret passphrase = {});

  // What is stored, each by itself; all empty before the first Save. kStorageFailed when the file
  // "credentials" cannot be used.
  absl::StatusOr<StoredCredentials> Load() const;

  // The key to enrol with: made when there is none, otherwise the one that an enrolment before left behind;
  // with token_keys the first that neither the current nor the next certificate has. kKeyPermissions,
  // kKeyInvalid, kStorageFailed, those of crypto::LoadSigner.
  absl::StatusOr<std::shared_ptr<const crypto::Signer>> PendingKey();

  // The key to buy a certificate for: the one of token_keys whose URI is given, with or without what stands
  // behind "?" (kInvalidField for another: who may ask for a certificate must not name libraries to load); or
  // the file that is made once and stays until a certificate for it is saved. Errors as above.
  absl::StatusOr<std::shared_ptr<const crypto::Signer>> RequestedKey(const std::string& token_key);
  // The same, without making one: kKeyMismatch when no certificate was requested.
  absl::StatusOr<std::shared_ptr<const crypto::Signer>> KeyAwaitingImport(const std::string& token_key);

  // Stores what comes next, in place of what was to come. `key` is one that this object gave out, the
  // chain's. Durable when it returns OK. kStorageFailed; kKeyMismatch for a key from elsewhere.
  absl::Status Save(const crypto::Signer& key, const pki::CertificateChain& chain, const std::string& x5u,
                    absl::Time now, bool imported = false);

  // What comes next is in use from now on, what was in use is the one before. kStorageFailed; kNotFound
  // without a next.
  absl::Status Promote() const;
  // Removes files that nothing names. Failures are left for the next time.
  void RemoveUnused() const;

  // Called after each change of the folder, by which tests crash in between.
  void OnStep(std::function<void()> hook) { on_step_ = std::move(hook); }

 private:
  absl::StatusOr<CredentialListing> ReadListing() const;
  absl::Status WriteListing(const CredentialListing& listing) const;
  absl::StatusOr<StoredCredential> LoadOne(const CredentialNames& names) const;
  absl::StatusOr<std::shared_ptr<const crypto::Signer>> LoadKey(const std::string& reference) const;
  absl::StatusOr<std::shared_ptr<const crypto::Signer>> FileKey(const std::string& name, bool make);
  absl::StatusOr<std::shared_ptr<const crypto::Signer>> TokenKey(const std::string& uri);
  absl::StatusOr<std::string> KeepKey(const crypto::Signer& key);
  void Remember(const std::string& reference, std::shared_ptr<const crypto::Signer> key);
  void Step() const;
  std::string Path(const std::string& name) const { return dir_ + "/" + name; }

  const std::string dir_;
  const std::vector<std::string> token_keys_;
  const Secret passphrase_;
  std::function<void()> on_step_;
  struct GivenOut {
    std::string reference;  // file name, or pkcs11: URI
    std::shared_ptr<const crypto::Signer> key;
  };
  std::vector<GivenOut> given_out_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_CREDENTIAL_STORE_H_
