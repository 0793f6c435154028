#include "services/as/credential_store.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/digest.h"
#include "common/crypto/key_file.h"
#include "common/crypto/signer_source.h"
#include "common/daemon/files.h"

namespace sti::as {
namespace {

constexpr char kPendingKey[] = "pending-key.pem";
constexpr char kRequestedKey[] = "requested-key.pem";
constexpr char kCredentials[] = "credentials";

std::string IdOf(const std::string& sha256) { return absl::BytesToHexString(sha256).substr(0, 16); }

std::string KeyFileOf(const crypto::VerifyingKey& key) {
  return absl::StrCat("key-", IdOf(crypto::Sha256(key.Spki())), ".pem");
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

}  // namespace

CredentialStore::CredentialStore(std::string dir, std::vector<std::string> token_keys, Secret passphrase)
    : dir_(std::move(dir)), token_keys_(std::move(token_keys)), passphrase_(std::move(passphrase)) {}

void CredentialStore::Step() const {
  if (on_step_) on_step_();
}

absl::StatusOr<CredentialListing> CredentialStore::ReadListing() const {
  auto text = daemon::ReadFile(Path(kCredentials), limits::kKeyFile);
  if (ReasonOf(text.status()) == Reason::kNotFound) return CredentialListing();
  STI_RETURN_IF_ERROR(text.status());
  auto listing = ParseCredentialListing(*text);
  if (!listing.ok()) {
    return MakeError(Reason::kStorageFailed,
                     absl::StrCat(Path(kCredentials), ": ", listing.status().message()));
  }
  return listing;
}

absl::Status CredentialStore::WriteListing(const CredentialListing& listing) const {
  STI_RETURN_IF_ERROR(daemon::WriteFileAtomically(Path(kCredentials), CredentialListingText(listing)));
  Step();
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const crypto::Signer>> CredentialStore::LoadKey(
    const std::string& reference) const {
  if (IsTokenKey(reference)) return crypto::LoadSigner(reference);
  if (passphrase_.empty()) return crypto::LoadPrivateKeyFile(Path(reference));
  return crypto::LoadPrivateKeyFile(Path(reference), passphrase_);
}

absl::StatusOr<StoredCredential> CredentialStore::LoadOne(const CredentialNames& names) const {
  STI_ASSIGN_OR_RETURN(auto key, LoadKey(names.key));
  STI_ASSIGN_OR_RETURN(const std::string pem, daemon::ReadFile(Path(names.chain), limits::kChainBody));
  STI_ASSIGN_OR_RETURN(auto chain, pki::CertificateChain::Parse(pem));
  return StoredCredential{std::move(key), std::move(chain), names.x5u, names.imported, names.since};
}

absl::StatusOr<StoredCredentials> CredentialStore::Load() const {
  STI_ASSIGN_OR_RETURN(const CredentialListing listing, ReadListing());
  StoredCredentials stored;
  const auto load = [this](const std::optional<CredentialNames>& names, StoredSlot& slot) {
    if (names) slot = LoadOne(*names);
  };
  load(listing.current, stored.current);
  load(listing.next, stored.next);
  load(listing.previous, stored.previous);
  return stored;
}

void CredentialStore::Remember(const std::string& reference, std::shared_ptr<const crypto::Signer> key) {
  given_out_.erase(std::remove_if(given_out_.begin(), given_out_.end(),
                                  [&](const GivenOut& given) { return given.reference == reference; }),
                   given_out_.end());
  given_out_.push_back({reference, std::move(key)});
}

absl::StatusOr<std::shared_ptr<const crypto::Signer>> CredentialStore::FileKey(const std::string& name,
                                                                               bool make) {
  auto key = LoadKey(name);
  // A crash came between noting the certificate down and taking the key away: it is certified, and serves no
  // second one.
  if (key.ok() && Exists(Path(KeyFileOf((*key)->public_key())))) {
    STI_ASSIGN_OR_RETURN(const CredentialListing listing, ReadListing());
    if (listing.NamesKey(KeyFileOf((*key)->public_key()))) {
      unlink(Path(name).c_str());
      Step();
      key = LoadKey(name);
    }
  }
  if (make && ReasonOf(key.status()) == Reason::kNotFound) {
    STI_ASSIGN_OR_RETURN(const auto fresh, crypto::SigningKey::Generate());
    STI_RETURN_IF_ERROR(passphrase_.empty() ? crypto::WritePrivateKeyFile(Path(name), *fresh)
                                            : crypto::WritePrivateKeyFile(Path(name), *fresh, passphrase_));
    Step();
    key = fresh;
  }
  if (key.ok()) Remember(name, *key);
  return key;
}

absl::StatusOr<std::shared_ptr<const crypto::Signer>> CredentialStore::TokenKey(const std::string& uri) {
  const auto known = std::find_if(token_keys_.begin(), token_keys_.end(), [&](const std::string& candidate) {
    return candidate == uri || candidate.substr(0, candidate.find('?')) == uri;
  });
  if (known == token_keys_.end()) {
    return MakeError(Reason::kInvalidField, "token_key", "not one of the token_keys in the configuration");
  }
  auto key = crypto::LoadSigner(*known);
  if (key.ok()) Remember(*known, *key);
  return key;
}

absl::StatusOr<std::shared_ptr<const crypto::Signer>> CredentialStore::PendingKey() {
  if (token_keys_.empty()) return FileKey(kPendingKey, true);
  auto listing = ReadListing();
  if (!listing.ok()) listing = CredentialListing();  // damaged: enrolling anew mends it
  for (const std::string& uri : token_keys_) {
    if (!listing->NamesNowOrNext(uri)) return TokenKey(uri);
  }
  return MakeError(Reason::kConfigInvalid, "token_keys",
                   "the current and the next certificate have them all");
}

absl::StatusOr<std::shared_ptr<const crypto::Signer>> CredentialStore::RequestedKey(
    const std::string& token_key) {
  return token_key.empty() ? FileKey(kRequestedKey, true) : TokenKey(token_key);
}

absl::StatusOr<std::shared_ptr<const crypto::Signer>> CredentialStore::KeyAwaitingImport(
    const std::string& token_key) {
  if (!token_key.empty()) return TokenKey(token_key);
  auto key = FileKey(kRequestedKey, false);
  if (ReasonOf(key.status()) == Reason::kNotFound) {
    return MakeError(Reason::kKeyMismatch, "no certificate was requested, so there is no key for it");
  }
  return key;
}

// The name under which the key stays. A file gets a second name; the first one goes when everything is noted
// down.
absl::StatusOr<std::string> CredentialStore::KeepKey(const crypto::Signer& key) {
  const auto given = std::find_if(given_out_.begin(), given_out_.end(), [&](const GivenOut& candidate) {
    return candidate.key->public_key() == key.public_key();
  });
  if (given == given_out_.end()) {
    return MakeError(Reason::kKeyMismatch, "the key is not one that was made here");
  }
  if (IsTokenKey(given->reference)) return given->reference;
  std::string name = KeyFileOf(key.public_key());
  if (link(Path(given->reference).c_str(), Path(name).c_str()) != 0 && errno != EEXIST) {
    return MakeError(Reason::kStorageFailed,
                     absl::StrCat("cannot keep ", Path(given->reference), ": ", std::strerror(errno)));
  }
  Step();
  return name;
}

absl::Status CredentialStore::Save(const crypto::Signer& key, const pki::CertificateChain& chain,
                                   const std::string& x5u, absl::Time now, bool imported) {
  auto listing = ReadListing();
  if (!listing.ok()) listing = CredentialListing();  // damaged: this mends it
  STI_ASSIGN_OR_RETURN(const std::string key_name, KeepKey(key));
  const std::string chain_name = absl::StrCat("chain-", IdOf(chain.leaf().sha256()), ".pem");
  // Writing the chain syncs the folder too, so the key has its name before anything points to it.
  STI_RETURN_IF_ERROR(daemon::WriteFileAtomically(Path(chain_name), chain.Pem()));
  Step();
  listing->next = CredentialNames{key_name, chain_name, x5u, imported, now};
  STI_RETURN_IF_ERROR(WriteListing(*listing));
  for (const GivenOut& given : given_out_) {
    if (given.key->public_key() == key.public_key() && !IsTokenKey(given.reference)) {
      unlink(Path(given.reference).c_str());
      Step();
    }
  }
  RemoveUnused();
  return absl::OkStatus();
}

absl::Status CredentialStore::Promote() const {
  STI_ASSIGN_OR_RETURN(CredentialListing listing, ReadListing());
  if (!listing.next) return MakeError(Reason::kNotFound, "there is no next certificate");
  listing.previous = std::move(listing.current);
  listing.current = std::move(listing.next);
  listing.next.reset();
  STI_RETURN_IF_ERROR(WriteListing(listing));
  RemoveUnused();
  return absl::OkStatus();
}

void CredentialStore::RemoveUnused() const {
  const auto listing = ReadListing();
  if (!listing.ok()) return;  // better too many files than the wrong one gone
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(dir_, ignored)) {
    const std::string name = entry.path().filename().string();
    const bool is_pair = IsStoredFile(name, "key-") || IsStoredFile(name, "chain-");
    const bool is_unfinished = absl::StrContains(name, ".pem.") || absl::StartsWith(name, "credentials.");
    if (is_unfinished || (is_pair && !listing->NamesKey(name) && !listing->NamesChain(name))) {
      std::filesystem::remove(entry.path(), ignored);
      Step();
    }
  }
}

}  // namespace sti::as
