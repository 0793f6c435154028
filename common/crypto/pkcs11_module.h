// PKCS#11 libraries in this process. Private to the room.
#ifndef COMMON_CRYPTO_PKCS11_MODULE_H_
#define COMMON_CRYPTO_PKCS11_MODULE_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/mutex.h"
#include "common/crypto/pkcs11_api.h"

namespace sti::crypto {

// "CKR_PIN_INCORRECT" for the values that operators meet, otherwise "CKR 0x...".
std::string Pkcs11ErrorName(CK_RV value);

// A library that stays loaded as long as the process runs. Thread-safe.
class Pkcs11Module {
 public:
  // The same object for the same file. kConfigInvalid when the library cannot be used.
  static absl::StatusOr<Pkcs11Module*> Load(const std::string& path);

  // The right to call the library's functions. As long as there is one the library is not restarted.
  // Move-only.
  class Use {
   public:
    Use(Use&& other) noexcept : module_(std::exchange(other.module_, nullptr)) {}
    Use& operator=(Use&& other) noexcept {
      std::swap(module_, other.module_);
      return *this;
    }
    ~Use() {
      if (module_ != nullptr) module_->EndUse();
    }
    const CK_FUNCTION_LIST* operator->() const { return module_->functions_; }

   private:
    friend class Pkcs11Module;
    explicit Use(Pkcs11Module* module) : module_(module) {}
    Pkcs11Module* module_;
  };
  // kUnavailable while the library is restarted.
  absl::StatusOr<Use> Begin();

  // Finalizes and initializes the library, which forgets every session, login and object: many libraries see
  // a token that went away again only then. kUnavailable when the library is in use, by other tokens, say, or
  // does not start.
  absl::Status Restart();

 private:
  explicit Pkcs11Module(CK_FUNCTION_LIST* functions) : functions_(functions) {}
  void EndUse();

  CK_FUNCTION_LIST* const functions_;
  Mutex mutex_;
  size_t uses_ ABSL_GUARDED_BY(mutex_) = 0;
  bool restarting_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_PKCS11_MODULE_H_
