#include "common/crypto/pkcs11_token.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::crypto {
namespace {

// More than these at once is a burst; a token has few sessions to give.
constexpr size_t kIdleSessions = 16;
constexpr absl::Duration kNextTry = absl::Milliseconds(2);

// Fields of fixed size are padded with blanks.
template <size_t Size>
bool Fits(const std::string& wanted, const unsigned char (&field)[Size]) {
  const absl::string_view text(reinterpret_cast<const char*>(field), Size);
  return wanted.empty() || absl::StripTrailingAsciiWhitespace(text) == wanted;
}

absl::StatusOr<CK_SLOT_ID> FindSlot(const Pkcs11Module::Use& module, const Pkcs11Uri& uri) {
  CK_ULONG count = 0;
  CK_RV value = module->C_GetSlotList(CK_TRUE, nullptr, &count);
  std::vector<CK_SLOT_ID> slots(count);
  if (value == CKR_OK) value = module->C_GetSlotList(CK_TRUE, slots.data(), &count);
  if (value != CKR_OK) {
    return MakeError(Reason::kUnavailable,
                     absl::StrCat("the tokens cannot be listed: ", Pkcs11ErrorName(value)));
  }
  slots.resize(count);
  std::vector<CK_SLOT_ID> found;
  for (const CK_SLOT_ID slot : slots) {
    CK_TOKEN_INFO info = {};
    if (module->C_GetTokenInfo(slot, &info) == CKR_OK && (info.flags & CKF_TOKEN_INITIALIZED) != 0 &&
        Fits(uri.token, info.label) && Fits(uri.manufacturer, info.manufacturerID) &&
        Fits(uri.serial, info.serialNumber) && Fits(uri.model, info.model)) {
      found.push_back(slot);
    }
  }
  if (found.empty()) return MakeError(Reason::kUnavailable, "there is no such token");
  if (found.size() > 1) return MakeError(Reason::kKeyInvalid, "several tokens match; add serial= to the URI");
  return found.front();
}

struct Known {
  Mutex mutex;
  std::map<std::pair<const Pkcs11Module*, CK_SLOT_ID>, std::weak_ptr<Pkcs11Token>> tokens
      ABSL_GUARDED_BY(mutex);
};

}  // namespace

absl::StatusOr<Pkcs11Session> Pkcs11Session::Open(Pkcs11Module& module, CK_SLOT_ID slot) {
  STI_ASSIGN_OR_RETURN(Pkcs11Module::Use use, module.Begin());
  CK_SESSION_HANDLE handle = 0;
  const CK_RV value = use->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &handle);
  if (value != CKR_OK) {
    return MakeError(value == CKR_SESSION_COUNT ? Reason::kOverloaded : Reason::kUnavailable,
                     absl::StrCat("the token gives no session: ", Pkcs11ErrorName(value)));
  }
  return Pkcs11Session(std::move(use), handle);
}

absl::StatusOr<std::shared_ptr<Pkcs11Token>> Pkcs11Token::Find(Pkcs11Module& module, const Pkcs11Uri& uri) {
  static Known& known = *new Known;
  STI_ASSIGN_OR_RETURN(const Pkcs11Module::Use use, module.Begin());
  STI_ASSIGN_OR_RETURN(const CK_SLOT_ID slot, FindSlot(use, uri));
  const MutexLock lock(known.mutex);
  std::weak_ptr<Pkcs11Token>& entry = known.tokens[{&module, slot}];
  std::shared_ptr<Pkcs11Token> token = entry.lock();
  if (token == nullptr || token->IsLost()) {
    token = std::make_shared<Pkcs11Token>(module, slot);
    entry = token;
  }
  return token;
}

absl::StatusOr<std::optional<Pkcs11Session>> Pkcs11Token::TakeIdle() {
  const MutexLock lock(mutex_);
  if (lost_) return MakeError(Reason::kUnavailable, "the token went away");
  if (idle_.empty()) return std::optional<Pkcs11Session>();
  std::optional<Pkcs11Session> session(std::move(idle_.back()));
  idle_.pop_back();
  return session;
}

absl::StatusOr<Pkcs11Session> Pkcs11Token::Take(absl::Duration patience) {
  const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(patience);
  for (;;) {
    STI_ASSIGN_OR_RETURN(std::optional<Pkcs11Session> idle, TakeIdle());
    if (idle) return *std::move(idle);
    absl::StatusOr<Pkcs11Session> opened = Pkcs11Session::Open(module_, slot_);
    if (ReasonOf(opened.status()) != Reason::kOverloaded || std::chrono::steady_clock::now() >= deadline)
      return opened;
    absl::SleepFor(kNextTry);
  }
}

void Pkcs11Token::Keep(Pkcs11Session session) {
  const MutexLock lock(mutex_);
  if (!lost_ && idle_.size() < kIdleSessions) idle_.push_back(std::move(session));
}

void Pkcs11Token::Lose() {
  std::vector<Pkcs11Session> closing;
  const MutexLock lock(mutex_);
  lost_ = true;
  closing.swap(idle_);
}

bool Pkcs11Token::IsLost() const {
  const MutexLock lock(mutex_);
  return lost_;
}

}  // namespace sti::crypto
