// A token in a slot of a PKCS#11 library, and sessions with it. Private to the room.
#ifndef COMMON_CRYPTO_PKCS11_TOKEN_H_
#define COMMON_CRYPTO_PKCS11_TOKEN_H_

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/crypto/pkcs11_api.h"
#include "common/crypto/pkcs11_module.h"
#include "common/crypto/pkcs11_uri.h"

namespace sti::crypto {

// A session that closes itself. Move-only; one thread at a time.
class Pkcs11Session {
 public:
  // kUnavailable; kOverloaded when the token has no more sessions to give now.
  static absl::StatusOr<Pkcs11Session> Open(Pkcs11Module& module, CK_SLOT_ID slot);
  Pkcs11Session(Pkcs11Session&& other) noexcept
      : use_(std::move(other.use_)), handle_(other.handle_), open_(std::exchange(other.open_, false)) {}
  Pkcs11Session& operator=(Pkcs11Session&&) = delete;
  ~Pkcs11Session() {
    if (open_) use_->C_CloseSession(handle_);
  }

  const CK_FUNCTION_LIST* operator->() const { return use_.operator->(); }
  CK_SESSION_HANDLE handle() const { return handle_; }

 private:
  Pkcs11Session(Pkcs11Module::Use use, CK_SESSION_HANDLE handle) : use_(std::move(use)), handle_(handle) {}
  Pkcs11Module::Use use_;
  CK_SESSION_HANDLE handle_;
  bool open_ = true;
};

// Waiting for a session to be given back: some signatures of others long, as a call waits; at a start there is
// more time.
inline constexpr absl::Duration kSessionPatience = absl::Milliseconds(50);
inline constexpr absl::Duration kStartPatience = absl::Seconds(2);

// A token as it was found once. All keys in it share it, so that what one of them finds out about its loss
// holds for all: handles of objects mean nothing, or something else, when it is back. Thread-safe.
class Pkcs11Token {
 public:
  // The one token that the URI names. kUnavailable when there is none; kKeyInvalid when there are several.
  static absl::StatusOr<std::shared_ptr<Pkcs11Token>> Find(Pkcs11Module& module, const Pkcs11Uri& uri);
  Pkcs11Token(Pkcs11Module& module, CK_SLOT_ID slot) : module_(module), slot_(slot) {}

  // A session that nobody else has. Waits for up to `patience` when the token has no more: others give
  // theirs back. kUnavailable, also once the token is lost; kOverloaded, which says nothing against the
  // token.
  absl::StatusOr<Pkcs11Session> Take(absl::Duration patience = kSessionPatience);
  // Gives it back for the next Take.
  void Keep(Pkcs11Session session);
  // This object is of no use any more; closes the sessions that nobody has.
  void Lose();
  bool IsLost() const;

 private:
  // None when nobody has given one back.
  absl::StatusOr<std::optional<Pkcs11Session>> TakeIdle();

  Pkcs11Module& module_;
  const CK_SLOT_ID slot_;
  mutable Mutex mutex_;
  bool lost_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Pkcs11Session> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_PKCS11_TOKEN_H_
