#include "common/crypto/pkcs11_module.h"

#include <dlfcn.h>
#include <openssl/crypto.h>

#include <filesystem>
#include <map>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::crypto {
namespace {

absl::Status Unusable(const std::string& path, absl::string_view why) {
  return MakeError(Reason::kConfigInvalid,
                   absl::StrCat("the PKCS#11 library ", path, " cannot be used: ", why));
}

CK_RV Initialize(const CK_FUNCTION_LIST& functions) {
  CK_C_INITIALIZE_ARGS arguments = {};
  arguments.flags = CKF_OS_LOCKING_OK;
  return functions.C_Initialize(&arguments);
}

absl::StatusOr<CK_FUNCTION_LIST*> LoadFunctions(const std::string& path) {
  // Before a library that uses OpenSSL itself: what is set up first is torn down last.
  OPENSSL_init_crypto(0, nullptr);
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const why = dlerror();
    return Unusable(path, why == nullptr ? "dlopen failed" : why);
  }
  const auto get = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"));
  CK_FUNCTION_LIST* functions = nullptr;
  if (get == nullptr || get(&functions) != CKR_OK || functions == nullptr) {
    return Unusable(path, "it is no PKCS#11 library");
  }
  const CK_RV value = Initialize(*functions);
  if (value != CKR_OK && value != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
    return Unusable(path, absl::StrCat("C_Initialize: ", Pkcs11ErrorName(value)));
  }
  return functions;
}

struct Loaded {
  Mutex mutex;
  std::map<std::string, Pkcs11Module*> modules ABSL_GUARDED_BY(mutex);
};

}  // namespace

std::string Pkcs11ErrorName(CK_RV value) {
  switch (value) {
    case CKR_DEVICE_ERROR:
      return "CKR_DEVICE_ERROR";
    case CKR_DEVICE_REMOVED:
      return "CKR_DEVICE_REMOVED";
    case CKR_FUNCTION_FAILED:
      return "CKR_FUNCTION_FAILED";
    case CKR_GENERAL_ERROR:
      return "CKR_GENERAL_ERROR";
    case CKR_KEY_FUNCTION_NOT_PERMITTED:
      return "CKR_KEY_FUNCTION_NOT_PERMITTED";
    case CKR_KEY_HANDLE_INVALID:
      return "CKR_KEY_HANDLE_INVALID";
    case CKR_MECHANISM_INVALID:
      return "CKR_MECHANISM_INVALID";
    case CKR_OBJECT_HANDLE_INVALID:
      return "CKR_OBJECT_HANDLE_INVALID";
    case CKR_PIN_INCORRECT:
      return "CKR_PIN_INCORRECT";
    case CKR_PIN_LEN_RANGE:
      return "CKR_PIN_LEN_RANGE";
    case CKR_PIN_LOCKED:
      return "CKR_PIN_LOCKED";
    case CKR_SESSION_COUNT:
      return "CKR_SESSION_COUNT";
    case CKR_SESSION_HANDLE_INVALID:
      return "CKR_SESSION_HANDLE_INVALID";
    case CKR_SLOT_ID_INVALID:
      return "CKR_SLOT_ID_INVALID";
    case CKR_TOKEN_NOT_PRESENT:
      return "CKR_TOKEN_NOT_PRESENT";
    case CKR_TOKEN_NOT_RECOGNIZED:
      return "CKR_TOKEN_NOT_RECOGNIZED";
    case CKR_USER_NOT_LOGGED_IN:
      return "CKR_USER_NOT_LOGGED_IN";
    case CKR_USER_PIN_NOT_INITIALIZED:
      return "CKR_USER_PIN_NOT_INITIALIZED";
    default:
      return absl::StrFormat("CKR 0x%08x", value);
  }
}

absl::StatusOr<Pkcs11Module*> Pkcs11Module::Load(const std::string& path) {
  static Loaded& loaded = *new Loaded;
  // Two names of one library are one library.
  std::error_code error;
  const std::string file = std::filesystem::canonical(path, error).string();
  if (error) return Unusable(path, error.message());
  // Held while loading, which is done at start: a library may be initialized once.
  const MutexLock lock(loaded.mutex);
  Pkcs11Module*& module = loaded.modules[file];
  if (module == nullptr) {
    STI_ASSIGN_OR_RETURN(CK_FUNCTION_LIST* const functions, LoadFunctions(file));
    module = new Pkcs11Module(functions);
  }
  return module;
}

absl::StatusOr<Pkcs11Module::Use> Pkcs11Module::Begin() {
  const MutexLock lock(mutex_);
  if (restarting_) return MakeError(Reason::kUnavailable, "the PKCS#11 library is being restarted");
  ++uses_;
  return Use(this);
}

void Pkcs11Module::EndUse() {
  const MutexLock lock(mutex_);
  --uses_;
}

absl::Status Pkcs11Module::Restart() {
  {
    const MutexLock lock(mutex_);
    if (restarting_ || uses_ > 0) return MakeError(Reason::kUnavailable, "the PKCS#11 library is in use");
    restarting_ = true;
  }
  functions_->C_Finalize(nullptr);
  const CK_RV value = Initialize(*functions_);
  const MutexLock lock(mutex_);
  restarting_ = false;
  if (value == CKR_OK) return absl::OkStatus();
  return MakeError(Reason::kUnavailable, absl::StrCat("C_Initialize: ", Pkcs11ErrorName(value)));
}

}  // namespace sti::crypto
