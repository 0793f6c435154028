#include "common/crypto/pkcs11_module.h"

#include <dlfcn.h>
#include <openssl/crypto.h>

#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::crypto {
namespace {

absl::Status Unusable(const std::string& path, absl::string_view why) {
  return MakeError(Reason::kConfigInvalid,
                   absl::StrCat("the PKCS#11 library ", path, " cannot be used: ", why));
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
  CK_C_INITIALIZE_ARGS arguments = {};
  arguments.flags = CKF_OS_LOCKING_OK;
  const CK_RV value = functions->C_Initialize(&arguments);
  if (value != CKR_OK && value != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
    return Unusable(path, absl::StrCat("C_Initialize: ", Pkcs11ErrorName(value)));
  }
  return functions;
}

// Fields of fixed size are padded with blanks.
template <size_t Size>
bool Fits(const std::string& wanted, const unsigned char (&field)[Size]) {
  const absl::string_view text(reinterpret_cast<const char*>(field), Size);
  return wanted.empty() || absl::StripTrailingAsciiWhitespace(text) == wanted;
}

struct Loaded {
  Mutex mutex;
  std::map<std::string, const Pkcs11Module*> modules ABSL_GUARDED_BY(mutex);
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

absl::StatusOr<const Pkcs11Module*> Pkcs11Module::Load(const std::string& path) {
  static Loaded& loaded = *new Loaded;
  // Held while loading, which is done at start: a library may be initialized once.
  const MutexLock lock(loaded.mutex);
  const Pkcs11Module*& module = loaded.modules[path];
  if (module == nullptr) {
    STI_ASSIGN_OR_RETURN(CK_FUNCTION_LIST* const functions, LoadFunctions(path));
    module = new Pkcs11Module(functions);
  }
  return module;
}

absl::StatusOr<CK_SLOT_ID> Pkcs11Module::FindToken(const Pkcs11Uri& uri) const {
  CK_ULONG count = 0;
  CK_RV value = functions_->C_GetSlotList(CK_TRUE, nullptr, &count);
  std::vector<CK_SLOT_ID> slots(count);
  if (value == CKR_OK) value = functions_->C_GetSlotList(CK_TRUE, slots.data(), &count);
  if (value != CKR_OK) {
    return MakeError(Reason::kUnavailable,
                     absl::StrCat("the tokens cannot be listed: ", Pkcs11ErrorName(value)));
  }
  slots.resize(count);
  std::vector<CK_SLOT_ID> found;
  for (const CK_SLOT_ID slot : slots) {
    CK_TOKEN_INFO info = {};
    if (functions_->C_GetTokenInfo(slot, &info) == CKR_OK && (info.flags & CKF_TOKEN_INITIALIZED) != 0 &&
        Fits(uri.token, info.label) && Fits(uri.manufacturer, info.manufacturerID) &&
        Fits(uri.serial, info.serialNumber) && Fits(uri.model, info.model)) {
      found.push_back(slot);
    }
  }
  if (found.empty()) return MakeError(Reason::kUnavailable, "there is no such token");
  if (found.size() > 1) return MakeError(Reason::kKeyInvalid, "several tokens match; add serial= to the URI");
  return found.front();
}

absl::StatusOr<Pkcs11Session> Pkcs11Session::Open(const Pkcs11Module& module, CK_SLOT_ID slot) {
  CK_SESSION_HANDLE handle = 0;
  const CK_RV value = module.functions().C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &handle);
  if (value != CKR_OK) {
    return MakeError(Reason::kUnavailable,
                     absl::StrCat("the token gives no session: ", Pkcs11ErrorName(value)));
  }
  return Pkcs11Session(&module.functions(), handle);
}

}  // namespace sti::crypto
