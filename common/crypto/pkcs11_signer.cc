#include "common/crypto/pkcs11_signer.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::crypto {
namespace {

// More than these at once is a burst; a token has few sessions to give.
constexpr size_t kIdleSessions = 16;

}  // namespace

void Pkcs11Signer::Connection::Keep(Pkcs11Session session) {
  const MutexLock lock(mutex);
  if (idle.size() < kIdleSessions) idle.push_back(std::move(session));
}

Pkcs11Signer::Pkcs11Signer(Pkcs11Uri uri, const Pkcs11Module* module, ConnectionPtr connection)
    : uri_(std::move(uri)),
      module_(module),
      public_key_(connection->key.public_key),
      connection_(std::move(connection)) {}

absl::StatusOr<Pkcs11Signer::ConnectionPtr> Pkcs11Signer::Connect(const Pkcs11Module& module,
                                                                  const Pkcs11Uri& uri) {
  STI_ASSIGN_OR_RETURN(const CK_SLOT_ID slot, module.FindToken(uri));
  STI_ASSIGN_OR_RETURN(Pkcs11Session session, Pkcs11Session::Open(module, slot));
  STI_RETURN_IF_ERROR(LogIn(module, session, uri));
  STI_ASSIGN_OR_RETURN(Pkcs11Key key, FindKey(module, session, uri));
  auto connection = std::make_shared<Connection>(slot, std::move(key));
  connection->Keep(std::move(session));
  return connection;
}

absl::StatusOr<std::shared_ptr<const Pkcs11Signer>> Pkcs11Signer::Create(const Pkcs11Uri& uri) {
  STI_ASSIGN_OR_RETURN(const Pkcs11Module* const module, Pkcs11Module::Load(uri.module_path));
  absl::StatusOr<ConnectionPtr> connection = Connect(*module, uri);
  if (!connection.ok()) {
    // To whoever starts a daemon, a token that is away is a key that cannot be used.
    const Reason reason = ReasonOf(connection.status());
    const bool unusable = reason == Reason::kUnavailable || reason == Reason::kPermissionDenied;
    return MakeError(unusable ? Reason::kKeyInvalid : reason,
                     absl::StrCat(uri.Text(), ": ", connection.status().message()));
  }
  return std::shared_ptr<const Pkcs11Signer>(new Pkcs11Signer(uri, module, *std::move(connection)));
}

Pkcs11Signer::ConnectionPtr Pkcs11Signer::Current() const {
  const MutexLock lock(mutex_);
  return connection_;
}

// The sessions close outside of the lock, when the last thread lets go of them.
void Pkcs11Signer::Forget(const ConnectionPtr& lost) const {
  ConnectionPtr dropped;
  const MutexLock lock(mutex_);
  if (connection_ == lost) dropped.swap(connection_);
}

absl::StatusOr<Pkcs11Signer::ConnectionPtr> Pkcs11Signer::Reconnect() const {
  {
    const MutexLock lock(mutex_);
    if (connection_ != nullptr) return connection_;  // another thread was faster
    STI_RETURN_IF_ERROR(refused_);
    if (connecting_) return MakeError(Reason::kUnavailable, "the token is being looked for");
    connecting_ = true;
  }
  absl::StatusOr<ConnectionPtr> fresh = Connect(*module_, uri_);
  if (fresh.ok() && !((*fresh)->key.public_key == public_key_)) {
    fresh = MakeError(Reason::kUnavailable, "another key stands in the token now; restart to use it");
  }
  const MutexLock lock(mutex_);
  connecting_ = false;
  if (fresh.ok()) {
    connection_ = *fresh;
    return fresh;
  }
  const absl::Status status = MakeError(Reason::kUnavailable, fresh.status().message());
  if (ReasonOf(fresh.status()) == Reason::kPermissionDenied) refused_ = status;
  return status;
}

absl::StatusOr<std::string> Pkcs11Signer::SignOver(Connection& connection, absl::string_view message) const {
  std::optional<Pkcs11Session> session;
  {
    const MutexLock lock(connection.mutex);
    if (!connection.idle.empty()) {
      session.emplace(std::move(connection.idle.back()));
      connection.idle.pop_back();
    }
  }
  if (!session.has_value()) {
    STI_ASSIGN_OR_RETURN(Pkcs11Session opened, Pkcs11Session::Open(*module_, connection.slot));
    session.emplace(std::move(opened));
  }
  STI_ASSIGN_OR_RETURN(std::string signature,
                       SignInToken(*module_, *session, connection.key.handle, message));
  connection.Keep(*std::move(session));
  return signature;
}

absl::StatusOr<std::string> Pkcs11Signer::Sign(absl::string_view message) const {
  if (ConnectionPtr connection = Current(); connection != nullptr) {
    absl::StatusOr<std::string> signature = SignOver(*connection, message);
    if (signature.ok()) return signature;
    Forget(connection);
  }
  // The old sessions are closed by now, so that the login is a new one, too.
  STI_ASSIGN_OR_RETURN(const ConnectionPtr connection, Reconnect());
  absl::StatusOr<std::string> signature = SignOver(*connection, message);
  if (!signature.ok()) Forget(connection);
  return signature;
}

}  // namespace sti::crypto
