#include "services/ca/acme_accounts.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/acme/error.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"
#include "common/jose/jwk.h"
#include "common/store/audit_log.h"
#include "common/store/page.h"
#include "services/ca/acme_links.h"
#include "services/ca/acme_order_records.h"
#include "services/ca/acme_usage.h"
#include "services/ca/ca_audit.h"
#include "services/ca/ca_records.h"
#include "services/ca/ca_schema.h"
#include "services/ca/revocation_records.h"

namespace sti::ca {
namespace {

using acme::ErrorType;
using acme::Refuse;
using store::Transaction;

constexpr char kListing[] = "acme accounts";
constexpr size_t kIdNoise = 16;  // octets
constexpr size_t kMacKey = 32;

// An account key must not be one that is, or may come, in a certificate (RFC 8555 s11.1).
absl::Status CheckAccountKey(Transaction& transaction, const crypto::VerifyingKey& key) {
  STI_ASSIGN_OR_RETURN(const bool certified, IsCertified(transaction, key));
  if (certified) return Refuse(ErrorType::kBadPublicKey, "the key is that of a certificate");
  STI_ASSIGN_OR_RETURN(const bool compromised, IsCompromised(transaction, KeyHash(key)));
  if (compromised) return Refuse(ErrorType::kBadPublicKey, "the key has been reported compromised");
  return absl::OkStatus();
}

absl::StatusOr<AcmeAccount> Existing(Transaction& transaction, const KeyOwner& owner) {
  if (!owner.in_use) return Refuse(ErrorType::kBadPublicKey, "the key was given up by its account");
  STI_ASSIGN_OR_RETURN(std::optional<AcmeAccount> account, FindAccount(transaction, owner.account));
  if (!account) return MakeError(Reason::kInternal, "a key without its account");
  if (!account->valid) return Refuse(ErrorType::kUnauthorized, 401, "the account has been deactivated");
  return *std::move(account);
}

std::string CancelText() {
  return acme::ProblemOf(Refuse(ErrorType::kUnauthorized, "the account has been deactivated")).body;
}

}  // namespace

std::string AcmeClient(absl::string_view account) { return absl::StrCat("acme:", account); }

absl::StatusOr<std::string> MakeAcmeId(const Random& random, absl::Time now) {
  STI_ASSIGN_OR_RETURN(const std::string noise, random.Bytes(kIdNoise));
  return absl::StrCat(absl::StrFormat("%010x", absl::ToUnixSeconds(now)), absl::BytesToHexString(noise));
}

absl::Status AcmeAccounts::Bind(Transaction& transaction, const acme::ExternalAccountBinding& binding,
                                const crypto::VerifyingKey& key, AcmeAccount& account) const {
  std::optional<ExternalKey> external;
  if (IsAcmeId(binding.kid())) {
    STI_ASSIGN_OR_RETURN(external, FindExternalKey(transaction, binding.kid()));
  }
  if (!external) return Refuse(ErrorType::kUnauthorized, "there is no external account with this \"kid\"");
  const absl::StatusOr<std::string> mac_key = codec::Base64UrlDecode(external->mac_key);
  if (!mac_key.ok()) return MakeError(Reason::kInternal, "an external account with a broken key");
  STI_RETURN_IF_ERROR(binding.Check(Secret(*mac_key), key));
  if (!external->account.empty()) {
    return Refuse(ErrorType::kUnauthorized, "the key of this external account has been used already");
  }
  account.external_key = external->id;
  return absl::OkStatus();
}

absl::StatusOr<AcmeAccount> AcmeAccounts::NewAccountFor(const acme::NewAccount& request,
                                                        const crypto::VerifyingKey& key) const {
  AcmeAccount account;
  account.created = WholeSeconds(clock_.TimeNow());
  STI_ASSIGN_OR_RETURN(account.id, MakeAcmeId(random_, account.created));
  account.jwk = jose::JwkText(key);
  account.contacts = request.contacts;
  if (request.terms_agreed) account.terms = policy_.terms_of_service;
  return account;
}

absl::StatusOr<AcmeAccounts::Registered> AcmeAccounts::Register(const Actor& actor,
                                                                const acme::NewAccount& request,
                                                                const crypto::VerifyingKey& key,
                                                                absl::string_view url) const {
  std::optional<acme::ExternalAccountBinding> binding;
  if (request.external_account_binding) {
    STI_ASSIGN_OR_RETURN(binding,
                         acme::ExternalAccountBinding::Parse(*request.external_account_binding, url));
  }
  STI_ASSIGN_OR_RETURN(const AcmeAccount fresh, NewAccountFor(request, key));
  Registered registered;
  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<KeyOwner> owner, FindKeyOwner(transaction, KeyHash(key)));
    if (owner) {
      STI_ASSIGN_OR_RETURN(registered.account, Existing(transaction, *owner));
      registered.created = false;
      return absl::OkStatus();
    }
    if (request.only_return_existing) {
      return Refuse(ErrorType::kAccountDoesNotExist, "there is no account with this key");
    }
    if (!policy_.terms_of_service.empty() && !request.terms_agreed) {
      return acme::RefuseUntilAgreed("the terms of service must be agreed to: \"termsOfServiceAgreed\"",
                                     policy_.terms_of_service);
    }
    if (policy_.external_account_required && !binding) {
      return Refuse(ErrorType::kExternalAccountRequired,
                    "an account needs an \"externalAccountBinding\" with a key from the CA");
    }
    STI_RETURN_IF_ERROR(CheckAccountKey(transaction, key));
    registered = {fresh, true};
    if (!binding) {
      const absl::Time now = fresh.created;
      STI_ASSIGN_OR_RETURN(const Usage usage, AccountsSince(transaction, now - absl::Hours(1)));
      STI_RETURN_IF_ERROR(CheckUsageOf(usage, policy_.accounts_per_hour, "new accounts", now));
    } else {
      STI_RETURN_IF_ERROR(Bind(transaction, *binding, key, registered.account));
      registered.account.external_binding = codec::CanonicalJson(*request.external_account_binding);
    }
    STI_RETURN_IF_ERROR(InsertAccount(transaction, registered.account, key));
    if (binding) {
      STI_RETURN_IF_ERROR(
          UseExternalKey(transaction, registered.account.external_key, registered.account.id));
    }
    return store::AppendAudit(transaction, {AcmeClient(fresh.id), actor.request_id},
                              AccountEvent("account.create", nullptr, registered.account), clock_.TimeNow());
  });
  STI_RETURN_IF_ERROR(written);
  return registered;
}

absl::StatusOr<AcmeAccount> AcmeAccounts::Find(absl::string_view id) const {
  std::optional<AcmeAccount> account;
  const absl::Status read = database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(account, FindAccount(transaction, id));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  if (!account) return Refuse(ErrorType::kAccountDoesNotExist, "there is no account with this URL");
  return *std::move(account);
}

absl::StatusOr<AcmeAccount> AcmeAccounts::Update(const Actor& actor, const AcmeAccount& account,
                                                 const acme::AccountUpdate& update) const {
  std::optional<AcmeAccount> changed;
  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(changed, FindAccount(transaction, account.id));
    if (!changed || !changed->valid) {
      return Refuse(ErrorType::kUnauthorized, 401, "the account has been deactivated");
    }
    const AcmeAccount before = *changed;
    if (update.contacts) changed->contacts = *update.contacts;
    changed->valid = !update.deactivate;
    if (update.deactivate) STI_RETURN_IF_ERROR(CancelOrders(transaction, account.id, CancelText()));
    STI_RETURN_IF_ERROR(UpdateAccount(transaction, *changed));
    return store::AppendAudit(
        transaction, actor,
        AccountEvent(update.deactivate ? "account.deactivate" : "account.update", &before, *changed),
        clock_.TimeNow());
  });
  STI_RETURN_IF_ERROR(written);
  return *std::move(changed);
}

absl::StatusOr<std::optional<std::string>> AcmeAccounts::ChangeKey(const Actor& actor,
                                                                   const AcmeAccount& account,
                                                                   const std::string& account_url,
                                                                   const acme::KeyChange& change) const {
  if (change.account != account_url) {
    return Refuse(ErrorType::kMalformed, "\"account\" is not the account that signed the request");
  }
  std::optional<std::string> taken_by;
  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    taken_by.reset();
    STI_ASSIGN_OR_RETURN(const std::optional<KeyOwner> old_owner,
                         FindKeyOwner(transaction, KeyHash(change.old_key)));
    if (!old_owner || old_owner->account != account.id || !old_owner->in_use) {
      return Refuse(ErrorType::kMalformed, "\"oldKey\" is not the key of the account");
    }
    STI_ASSIGN_OR_RETURN(const std::optional<KeyOwner> owner,
                         FindKeyOwner(transaction, KeyHash(change.new_key)));
    if (owner && !owner->in_use) {
      return Refuse(ErrorType::kBadPublicKey, "the new key was given up by an account");
    }
    if (owner) {
      taken_by = owner->account;
      return absl::OkStatus();
    }
    STI_RETURN_IF_ERROR(CheckAccountKey(transaction, change.new_key));
    STI_RETURN_IF_ERROR(ReplaceAccountKey(transaction, account, change.new_key));
    AcmeAccount after = account;
    after.jwk = jose::JwkText(change.new_key);
    return store::AppendAudit(transaction, actor, AccountEvent("account.rekey", &account, after),
                              clock_.TimeNow());
  });
  STI_RETURN_IF_ERROR(written);
  return taken_by;
}

absl::StatusOr<AccountPage> AcmeAccounts::List(int64_t page_size, absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const std::string after, store::ParsePageToken(kListing, page_token));
  AccountPage page;
  const absl::Status read = database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(page.accounts, ListAccounts(transaction, after, limit + 1));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  if (page.accounts.size() > static_cast<size_t>(limit)) {
    page.accounts.pop_back();
    page.next_page_token = store::MakePageToken(kListing, page.accounts.back().id);
  }
  return page;
}

absl::StatusOr<AcmeAccount> AcmeAccounts::SetPaused(const Actor& actor, absl::string_view id,
                                                    bool paused) const {
  std::optional<AcmeAccount> account;
  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(account, FindAccount(transaction, id));
    if (!account) return MakeError(Reason::kNotFound, "id", absl::StrCat("there is no ACME account ", id));
    if (account->paused == paused) return absl::OkStatus();
    const AcmeAccount before = *account;
    account->paused = paused;
    STI_RETURN_IF_ERROR(UpdateAccount(transaction, *account));
    return store::AppendAudit(transaction, actor,
                              AccountEvent(paused ? "account.pause" : "account.resume", &before, *account),
                              clock_.TimeNow());
  });
  STI_RETURN_IF_ERROR(written);
  return *std::move(account);
}

absl::StatusOr<ExternalKey> AcmeAccounts::MakeExternalKey(const Actor& actor,
                                                          absl::string_view provider) const {
  if (provider.empty()) return MakeError(Reason::kMissingField, "provider", "for whom?");
  if (provider.size() > limits::kName)
    return MakeError(Reason::kInvalidField, "provider", "longer than the limit");
  ExternalKey key;
  key.provider = std::string(provider);
  key.created = WholeSeconds(clock_.TimeNow());
  STI_ASSIGN_OR_RETURN(key.id, MakeAcmeId(random_, key.created));
  STI_ASSIGN_OR_RETURN(const std::string octets, random_.Bytes(kMacKey));
  key.mac_key = codec::Base64UrlEncode(octets);
  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(InsertExternalKey(transaction, key));
    return store::AppendAudit(transaction, actor, ExternalKeyEvent(key), clock_.TimeNow());
  });
  STI_RETURN_IF_ERROR(written);
  return key;
}

}  // namespace sti::ca
