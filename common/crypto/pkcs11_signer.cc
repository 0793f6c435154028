#include "common/crypto/pkcs11_signer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/pkcs11_key.h"
#include "common/crypto/pkcs11_login.h"
#include "common/crypto/pkcs11_module.h"
#include "common/crypto/pkcs11_token.h"

namespace sti::crypto {
namespace {

// Of sessions: the token is there and well.
bool IsShortage(const absl::Status& status) { return ReasonOf(status) == Reason::kOverloaded; }

}  // namespace

struct Pkcs11Signer::Connection {
  std::shared_ptr<Pkcs11Token> token;
  Pkcs11Key key;
};

Pkcs11Signer::Pkcs11Signer(Pkcs11Uri uri, Pkcs11Module& module, ConnectionPtr connection)
    : uri_(std::move(uri)),
      module_(module),
      public_key_(connection->key.public_key),
      connection_(std::move(connection)) {}
Pkcs11Signer::~Pkcs11Signer() = default;

absl::StatusOr<Pkcs11Signer::ConnectionPtr> Pkcs11Signer::Connect(Pkcs11Module& module, const Pkcs11Uri& uri,
                                                                  absl::Duration patience) {
  STI_ASSIGN_OR_RETURN(std::shared_ptr<Pkcs11Token> token, Pkcs11Token::Find(module, uri));
  STI_ASSIGN_OR_RETURN(Pkcs11Session session, token->Take(patience));
  STI_RETURN_IF_ERROR(LogIn(session, uri));
  STI_ASSIGN_OR_RETURN(Pkcs11Key key, FindKey(session, uri));
  token->Keep(std::move(session));
  return std::make_shared<const Connection>(Connection{std::move(token), std::move(key)});
}

absl::StatusOr<std::shared_ptr<const Pkcs11Signer>> Pkcs11Signer::Create(const Pkcs11Uri& uri) {
  STI_ASSIGN_OR_RETURN(Pkcs11Module* const module, Pkcs11Module::Load(uri.module_path));
  absl::StatusOr<ConnectionPtr> connection = Connect(*module, uri, kStartPatience);
  if (!connection.ok()) {
    // To whoever starts a daemon, a token that is away is a key that cannot be used.
    const Reason reason = ReasonOf(connection.status());
    const bool unusable = reason == Reason::kUnavailable || reason == Reason::kPermissionDenied ||
                          reason == Reason::kOverloaded;
    return MakeError(unusable ? Reason::kKeyInvalid : reason,
                     absl::StrCat(uri.Text(), ": ", connection.status().message()));
  }
  return std::shared_ptr<const Pkcs11Signer>(new Pkcs11Signer(uri, *module, *std::move(connection)));
}

Pkcs11Signer::ConnectionPtr Pkcs11Signer::Current() const {
  const MutexLock lock(mutex_);
  return connection_;
}

// A library may have to be restarted before it sees the token again.
absl::StatusOr<Pkcs11Signer::ConnectionPtr> Pkcs11Signer::ConnectAgain() const {
  absl::StatusOr<ConnectionPtr> fresh = Connect(module_, uri_, kSessionPatience);
  const Reason reason = ReasonOf(fresh.status());
  const bool may_help = !fresh.ok() && reason != Reason::kPermissionDenied && reason != Reason::kOverloaded;
  if (may_help && module_.Restart().ok()) {
    fresh = Connect(module_, uri_, kSessionPatience);
  }
  if (fresh.ok() && !((*fresh)->key.public_key == public_key_)) {
    return MakeError(Reason::kUnavailable, "another key stands in the token now; restart to use it");
  }
  return fresh;
}

absl::StatusOr<Pkcs11Signer::ConnectionPtr> Pkcs11Signer::Reconnect() const {
  {
    const MutexLock lock(mutex_);
    if (!connection_->token->IsLost()) return connection_;  // another thread was faster
    STI_RETURN_IF_ERROR(refused_);
    if (connecting_) return MakeError(Reason::kUnavailable, "the token is being looked for");
    connecting_ = true;
  }
  absl::StatusOr<ConnectionPtr> fresh = ConnectAgain();
  const MutexLock lock(mutex_);
  connecting_ = false;
  if (fresh.ok()) {
    connection_ = *fresh;
    return fresh;
  }
  if (IsShortage(fresh.status())) return fresh.status();
  absl::Status status = MakeError(Reason::kUnavailable, fresh.status().message());
  if (ReasonOf(fresh.status()) == Reason::kPermissionDenied) refused_ = status;
  return status;
}

absl::StatusOr<std::string> Pkcs11Signer::SignOver(const Connection& connection, absl::string_view message) {
  STI_ASSIGN_OR_RETURN(Pkcs11Session session, connection.token->Take());
  STI_ASSIGN_OR_RETURN(std::string signature, SignInToken(session, connection.key.handle, message));
  connection.token->Keep(std::move(session));
  return signature;
}

absl::StatusOr<std::string> Pkcs11Signer::Sign(absl::string_view message) const {
  const ConnectionPtr connection = Current();
  absl::StatusOr<std::string> signature = SignOver(*connection, message);
  if (signature.ok()) return signature;
  if (IsShortage(signature.status())) return signature;
  connection->token->Lose();
  STI_ASSIGN_OR_RETURN(const ConnectionPtr fresh, Reconnect());
  signature = SignOver(*fresh, message);
  if (IsShortage(signature.status())) return signature;
  if (!signature.ok()) fresh->token->Lose();
  return signature;
}

}  // namespace sti::crypto
