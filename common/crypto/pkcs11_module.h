// PKCS#11 libraries in this process, and what stands in their tokens. Private to the room.
#ifndef COMMON_CRYPTO_PKCS11_MODULE_H_
#define COMMON_CRYPTO_PKCS11_MODULE_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/crypto/pkcs11_api.h"
#include "common/crypto/pkcs11_uri.h"

namespace sti::crypto {

// "CKR_PIN_INCORRECT" for the values that operators meet, otherwise "CKR 0x...".
std::string Pkcs11ErrorName(CK_RV value);

// A library that has been loaded and initialized, for as long as the process runs: its keys are in use from
// many places, and libraries differ in what they survive. Thread-safe.
class Pkcs11Module {
 public:
  // The same object for the same path. kConfigInvalid when the library cannot be used.
  static absl::StatusOr<const Pkcs11Module*> Load(const std::string& path);

  const CK_FUNCTION_LIST& functions() const { return *functions_; }

  // The slot of the one token that the URI names. kUnavailable when there is none; kKeyInvalid when there are
  // several.
  absl::StatusOr<CK_SLOT_ID> FindToken(const Pkcs11Uri& uri) const;

 private:
  explicit Pkcs11Module(CK_FUNCTION_LIST* functions) : functions_(functions) {}
  CK_FUNCTION_LIST* functions_;
};

// A session that closes itself. Move-only; one thread at a time.
class Pkcs11Session {
 public:
  // kUnavailable.
  static absl::StatusOr<Pkcs11Session> Open(const Pkcs11Module& module, CK_SLOT_ID slot);
  Pkcs11Session(Pkcs11Session&& other) noexcept
      : functions_(std::exchange(other.functions_, nullptr)), handle_(other.handle_) {}
  Pkcs11Session& operator=(Pkcs11Session&& other) noexcept {
    std::swap(functions_, other.functions_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Pkcs11Session() {
    if (functions_ != nullptr) functions_->C_CloseSession(handle_);
  }

  CK_SESSION_HANDLE handle() const { return handle_; }

 private:
  Pkcs11Session(const CK_FUNCTION_LIST* functions, CK_SESSION_HANDLE handle)
      : functions_(functions), handle_(handle) {}
  const CK_FUNCTION_LIST* functions_;
  CK_SESSION_HANDLE handle_;
};

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_PKCS11_MODULE_H_
