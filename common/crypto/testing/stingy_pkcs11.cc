// A PKCS#11 library over SoftHSM that is as stingy as small HSMs are: two sessions at once. It counts the
// logins that reach the token.
#include <dlfcn.h>

#include <atomic>

#include "common/crypto/pkcs11_api.h"

namespace {

constexpr int kSessions = 2;

CK_FUNCTION_LIST real;
std::atomic<int> sessions{0}, refused{0}, logins{0};

CK_RV OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify,
                  CK_SESSION_HANDLE* session) {
  if (++sessions > kSessions) {
    --sessions;
    ++refused;
    return CKR_SESSION_COUNT;
  }
  const CK_RV value = real.C_OpenSession(slot, flags, application, notify, session);
  if (value != CKR_OK) --sessions;
  return value;
}

CK_RV CloseSession(CK_SESSION_HANDLE session) {
  const CK_RV value = real.C_CloseSession(session);
  --sessions;
  return value;
}

CK_RV Login(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char* pin, CK_ULONG size) {
  ++logins;
  return real.C_Login(session, user, pin, size);
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) int stingy_refused() { return refused; }
__attribute__((visibility("default"))) int stingy_logins() { return logins; }

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
  static CK_FUNCTION_LIST functions;
  void* const library = dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return CKR_GENERAL_ERROR;
  const auto get = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"));
  CK_FUNCTION_LIST* found = nullptr;
  if (get == nullptr || get(&found) != CKR_OK) return CKR_GENERAL_ERROR;
  real = *found;
  functions = real;
  functions.C_OpenSession = OpenSession;
  functions.C_CloseSession = CloseSession;
  functions.C_Login = Login;
  *list = &functions;
  return CKR_OK;
}

}  // extern "C"
