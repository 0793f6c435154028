#include "common/crypto/pkcs11_login.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/base/secret.h"
#include "common/base/status_macros.h"
#include "common/crypto/digest.h"
#include "common/crypto/pkcs11_module.h"
#include "common/crypto/private_file.h"

namespace sti::crypto {
namespace {

// By token, the digest of the PIN that it refused last.
struct RefusedPins {
  Mutex mutex;
  std::map<std::string, std::string> digests ABSL_GUARDED_BY(mutex);
};

RefusedPins& Refused() {
  static RefusedPins& refused = *new RefusedPins;
  return refused;
}

// What stays the same when the token is found again, in another slot perhaps.
absl::StatusOr<std::string> NameOf(const Pkcs11Session& session) {
  CK_SESSION_INFO where = {};
  CK_RV value = session->C_GetSessionInfo(session.handle(), &where);
  CK_TOKEN_INFO token = {};
  if (value == CKR_OK) value = session->C_GetTokenInfo(where.slotID, &token);
  if (value != CKR_OK) {
    return MakeError(Reason::kUnavailable,
                     absl::StrCat("the token does not say which one it is: ", Pkcs11ErrorName(value)));
  }
  const auto text = [](const auto& field) {
    return absl::string_view(reinterpret_cast<const char*>(field), sizeof(field));
  };
  return absl::StrCat(text(token.manufacturerID), text(token.serialNumber), text(token.label));
}

absl::Status Denied(const Pkcs11Uri& uri, absl::string_view why) {
  return MakeError(Reason::kPermissionDenied,
                   absl::StrCat("the token refuses the PIN in ", uri.pin_file, ": ", why));
}

bool IsRefusal(CK_RV value) {
  switch (value) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
    case CKR_PIN_EXPIRED:
    case CKR_PIN_LOCKED:
    case CKR_USER_PIN_NOT_INITIALIZED:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::Status LogIn(const Pkcs11Session& session, const Pkcs11Uri& uri) {
  STI_ASSIGN_OR_RETURN(const Secret file, ReadPrivateFile(uri.pin_file, limits::kKeyFile));
  absl::string_view pin = file.RevealForUse();
  absl::ConsumeSuffix(&pin, "\n");
  absl::ConsumeSuffix(&pin, "\r");
  // An empty PIN would ask at a PIN pad, where nobody stands.
  if (pin.empty()) return MakeError(Reason::kKeyInvalid, absl::StrCat("there is no PIN in ", uri.pin_file));
  STI_ASSIGN_OR_RETURN(const std::string token, NameOf(session));
  const std::string digest = Sha256(absl::StrCat(token, pin));
  RefusedPins& refused = Refused();
  // One at a time: the second would be a second try.
  const MutexLock lock(refused.mutex);
  const auto known = refused.digests.find(token);
  if (known != refused.digests.end() && known->second == digest) {
    return Denied(uri, "it did before; not tried again until a restart or another PIN");
  }
  const CK_RV value =
      session->C_Login(session.handle(), CKU_USER,
                       reinterpret_cast<unsigned char*>(const_cast<char*>(pin.data())), pin.size());
  if (value == CKR_OK) refused.digests.erase(token);
  if (value == CKR_OK || value == CKR_USER_ALREADY_LOGGED_IN) return absl::OkStatus();
  if (IsRefusal(value)) {
    refused.digests[token] = digest;
    return Denied(uri, Pkcs11ErrorName(value));
  }
  return MakeError(Reason::kUnavailable,
                   absl::StrCat("the token does not let us log in: ", Pkcs11ErrorName(value)));
}

}  // namespace sti::crypto
