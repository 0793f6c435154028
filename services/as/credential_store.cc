#include "services/as/credential_store.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/digest.h"
#include "common/crypto/key_file.h"
#include "common/daemon/files.h"

namespace sti::as {
namespace {

constexpr char kPendingKey[] = "pending-key.pem";
constexpr char kCurrent[] = "current";

// Names the files of a pair after its public key.
std::string IdOf(const crypto::VerifyingKey& key) {
  return absl::BytesToHexString(crypto::Sha256(key.Spki())).substr(0, 16);
}

// A name that this store made: no way out of the folder.
bool IsPairName(absl::string_view name, absl::string_view kind) {
  return absl::StartsWith(name, kind) && absl::EndsWith(name, ".pem") && !absl::StrContains(name, '/');
}

}  // namespace

struct CredentialStore::Names {
  std::string key, chain, x5u;
};

absl::StatusOr<std::optional<CredentialStore::Names>> CredentialStore::Current() const {
  auto text = daemon::ReadFile(Path(kCurrent), 4096);
  if (ReasonOf(text.status()) == Reason::kNotFound) return std::optional<Names>();
  STI_RETURN_IF_ERROR(text.status());
  const std::vector<std::string> lines = absl::StrSplit(*text, '\n');
  if (lines.size() < 3 || !IsPairName(lines[0], "key-") || !IsPairName(lines[1], "chain-")) {
    return MakeError(Reason::kStorageFailed,
                     absl::StrCat(Path(kCurrent), " does not name a key, a chain and a URL"));
  }
  return std::optional<Names>(Names{lines[0], lines[1], lines[2]});
}

absl::StatusOr<std::optional<StoredCredential>> CredentialStore::Load() const {
  STI_ASSIGN_OR_RETURN(const std::optional<Names> names, Current());
  if (!names.has_value()) return std::optional<StoredCredential>();
  STI_ASSIGN_OR_RETURN(auto key, crypto::LoadPrivateKeyFile(Path(names->key)));
  STI_ASSIGN_OR_RETURN(const std::string pem, daemon::ReadFile(Path(names->chain), limits::kChainBody));
  STI_ASSIGN_OR_RETURN(auto chain, pki::CertificateChain::Parse(pem));
  return std::optional<StoredCredential>(StoredCredential{std::move(key), std::move(chain), names->x5u});
}

absl::StatusOr<std::shared_ptr<const crypto::SigningKey>> CredentialStore::PendingKey() const {
  auto key = crypto::LoadPrivateKeyFile(Path(kPendingKey));
  if (ReasonOf(key.status()) != Reason::kNotFound) return key;
  STI_ASSIGN_OR_RETURN(auto fresh, crypto::SigningKey::Generate());
  STI_RETURN_IF_ERROR(crypto::WritePrivateKeyFile(Path(kPendingKey), *fresh));
  return fresh;
}

absl::Status CredentialStore::Save(const crypto::SigningKey& pending_key, const pki::CertificateChain& chain,
                                   const std::string& x5u) const {
  const std::string id = IdOf(pending_key.public_key());
  const Names names{absl::StrCat("key-", id, ".pem"), absl::StrCat("chain-", id, ".pem"), x5u};
  if (std::rename(Path(kPendingKey).c_str(), Path(names.key).c_str()) != 0) {
    return MakeError(Reason::kStorageFailed,
                     absl::StrCat("cannot rename ", Path(kPendingKey), ": ", std::strerror(errno)));
  }
  // Writing the chain syncs the folder too, so the key has its name before anything points to it.
  STI_RETURN_IF_ERROR(daemon::WriteFileAtomically(Path(names.chain), chain.Pem()));
  return daemon::WriteFileAtomically(Path(kCurrent),
                                     absl::StrCat(names.key, "\n", names.chain, "\n", x5u, "\n"));
}

void CredentialStore::RemoveUnused() const {
  const auto names = Current();
  if (!names.ok()) return;  // better too many files than the wrong one gone
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(dir_, ignored)) {
    const std::string name = entry.path().filename().string();
    const bool in_use = names->has_value() && (name == (*names)->key || name == (*names)->chain);
    if (!in_use && (IsPairName(name, "key-") || IsPairName(name, "chain-"))) {
      std::filesystem::remove(entry.path(), ignored);
    }
  }
}

}  // namespace sti::as
