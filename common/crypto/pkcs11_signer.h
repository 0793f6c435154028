// Signing with a P-256 key that never leaves its PKCS#11 token (an HSM).
#ifndef COMMON_CRYPTO_PKCS11_SIGNER_H_
#define COMMON_CRYPTO_PKCS11_SIGNER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/mutex.h"
#include "common/crypto/es256.h"
#include "common/crypto/pkcs11_key.h"
#include "common/crypto/pkcs11_module.h"
#include "common/crypto/pkcs11_uri.h"

namespace sti::crypto {

// Talks to the PKCS#11 library itself. OpenSSL's engine would sign with either of two keys that match, print
// to stderr, and hold one lock over all threads; nor does it find a token again that went away.
//
// Thread-safe: each signature has a session of its own, kept for the next one.
class Pkcs11Signer final : public Signer {
 public:
  // Logs in, finds the key and proves by a signature that it belongs to the public key beside it. kKeyInvalid
  // when token or key are not there, not unique or not usable, or the PIN is wrong; kKeyMismatch;
  // kConfigInvalid for the library; for the PIN file the errors of ReadPrivateFile. Texts never hold the PIN.
  static absl::StatusOr<std::shared_ptr<const Pkcs11Signer>> Create(const Pkcs11Uri& uri);

  // Connects anew when the token has gone, at most once at a time. kUnavailable while it is away or shows
  // another key; and for good once it has refused the PIN, as further tries would lock it.
  absl::StatusOr<std::string> Sign(absl::string_view message) const override;
  const VerifyingKey& public_key() const override { return public_key_; }

 private:
  // The token as it was found once, and idle sessions with it.
  struct Connection {
    CK_SLOT_ID slot;
    Pkcs11Key key;
    Mutex mutex;
    std::vector<Pkcs11Session> idle ABSL_GUARDED_BY(mutex);

    Connection(CK_SLOT_ID found, Pkcs11Key found_key) : slot(found), key(std::move(found_key)) {}
    void Keep(Pkcs11Session session);
  };
  using ConnectionPtr = std::shared_ptr<Connection>;

  Pkcs11Signer(Pkcs11Uri uri, const Pkcs11Module* module, ConnectionPtr connection);
  static absl::StatusOr<ConnectionPtr> Connect(const Pkcs11Module& module, const Pkcs11Uri& uri);
  absl::StatusOr<std::string> SignOver(Connection& connection, absl::string_view message) const;
  absl::StatusOr<ConnectionPtr> Reconnect() const;
  ConnectionPtr Current() const;
  void Forget(const ConnectionPtr& lost) const;

  const Pkcs11Uri uri_;
  const Pkcs11Module* const module_;
  const VerifyingKey public_key_;
  mutable Mutex mutex_;
  mutable ConnectionPtr connection_ ABSL_GUARDED_BY(mutex_);  // null once it is lost
  mutable bool connecting_ ABSL_GUARDED_BY(mutex_) = false;
  mutable absl::Status refused_ ABSL_GUARDED_BY(mutex_);  // of the PIN
};

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_PKCS11_SIGNER_H_
