// Signing with a P-256 key that never leaves its PKCS#11 token (an HSM).
#ifndef COMMON_CRYPTO_PKCS11_SIGNER_H_
#define COMMON_CRYPTO_PKCS11_SIGNER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/crypto/es256.h"
#include "common/crypto/pkcs11_uri.h"

namespace sti::crypto {

class Pkcs11Module;

// Talks to the PKCS#11 library itself. OpenSSL's engine would sign with either of two keys that match, say
// what is wrong on stderr only, and have one error for a missing token and a missing key.
//
// Thread-safe: each signature has a session of its own, kept for the next one.
class Pkcs11Signer final : public Signer {
 public:
  // Logs in, finds the key and proves by a signature that it belongs to the public key beside it. kKeyInvalid
  // when token or key are not there, not unique or not usable, or the PIN is wrong; kKeyMismatch;
  // kConfigInvalid for the library; for the PIN file the errors of ReadPrivateFile. Texts never hold the PIN.
  static absl::StatusOr<std::shared_ptr<const Pkcs11Signer>> Create(const Pkcs11Uri& uri);
  ~Pkcs11Signer() override;

  // Looks for the token anew when it has gone, once at a time. kUnavailable while it is away or shows another
  // key, and for good once it has refused the PIN, as further tries would lock it. kOverloaded when it has had
  // no session to give for kSessionPatience.
  absl::StatusOr<std::string> Sign(absl::string_view message) const override;
  const VerifyingKey& public_key() const override { return public_key_; }

 private:
  struct Connection;  // the token and the key as they were found once
  using ConnectionPtr = std::shared_ptr<const Connection>;

  Pkcs11Signer(Pkcs11Uri uri, Pkcs11Module& module, ConnectionPtr connection);
  static absl::StatusOr<ConnectionPtr> Connect(Pkcs11Module& module, const Pkcs11Uri& uri,
                                               absl::Duration patience);
  static absl::StatusOr<std::string> SignOver(const Connection& connection, absl::string_view message);
  ConnectionPtr Current() const;
  absl::StatusOr<ConnectionPtr> Reconnect() const;
  absl::StatusOr<ConnectionPtr> ConnectAgain() const;

  const Pkcs11Uri uri_;
  Pkcs11Module& module_;
  const VerifyingKey public_key_;
  mutable Mutex mutex_;
  mutable ConnectionPtr connection_ ABSL_GUARDED_BY(mutex_);
  mutable bool connecting_ ABSL_GUARDED_BY(mutex_) = false;
  mutable absl::Status refused_ ABSL_GUARDED_BY(mutex_);  // the PIN was
};

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_PKCS11_SIGNER_H_
