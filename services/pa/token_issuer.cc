#include "services/pa/token_issuer.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/pki/tn_auth_list.h"
#include "common/stir/spc_token.h"
#include "common/store/audit_log.h"
#include "common/store/page.h"
#include "services/pa/pa_schema.h"
#include "services/pa/provider_records.h"

namespace sti::pa {
namespace {

constexpr char kListing[] = "tokens";

// SHAKEN: exactly one code, no numbers (certificates.md s2).
absl::StatusOr<pki::TnAuthList> ParseShakenList(const std::string& der) {
  if (der.empty())
    return MakeError(Reason::kMissingField, "tn_auth_list", "the DER of a TNAuthorizationList is needed");
  absl::StatusOr<pki::TnAuthList> list = pki::TnAuthList::ParseDer(der);
  if (!list.ok()) return list;
  if (list->entries().size() != 1 || list->Spcs().size() != 1) {
    return MakeError(Reason::kInvalidField, "tn_auth_list",
                     "a SHAKEN token is for exactly one Service Provider Code, without numbers or ranges");
  }
  return list;
}

absl::Status CheckFingerprint(absl::string_view fingerprint) {
  if (fingerprint.empty())
    return MakeError(Reason::kMissingField, "fingerprint", "the key's fingerprint is needed");
  if (stir::IsFingerprint(fingerprint)) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, "fingerprint",
                   "not \"SHA256 \" and 32 upper-case hexadecimal octets joined by \":\"");
}

absl::StatusOr<std::string> ProviderOfClient(store::Transaction& transaction, const std::string& identity) {
  STI_ASSIGN_OR_RETURN(std::string provider, OwnerOfIdentity(transaction, identity));
  if (!provider.empty()) return provider;
  STI_ASSIGN_OR_RETURN(provider, FormerOwnerOfIdentity(transaction, identity));
  if (!provider.empty()) return provider;
  return MakeError(Reason::kProviderUnknown,
                   absl::StrCat("the client identity \"", identity, "\" belongs to no registered provider"));
}

// The id of the caller's provider, when it is approved and has all of the codes. To be asked in the
// transaction that logs the token: a provider that was suspended in between gets none.
absl::StatusOr<std::string> EntitledProvider(store::Transaction& transaction, const TokenRequest& request,
                                             const std::vector<std::string>& spcs) {
  std::string id = request.provider_id;
  if (id.empty()) {
    STI_ASSIGN_OR_RETURN(id, ProviderOfClient(transaction, request.client_identity));
  }
  STI_ASSIGN_OR_RETURN(const std::optional<Provider> provider, FindProvider(transaction, id));
  if (!provider) {
    return MakeError(Reason::kProviderUnknown, absl::StrCat("there is no provider \"", id, "\""));
  }
  if (provider->state != ProviderState::kApproved) {
    return MakeError(Reason::kProviderNotApproved,
                     absl::StrCat("the provider \"", id, "\" is ", StateName(provider->state)));
  }
  for (const std::string& spc : spcs) {
    if (std::find(provider->spcs.begin(), provider->spcs.end(), spc) == provider->spcs.end()) {
      return MakeError(Reason::kSpcNotAssigned, "tn_auth_list",
                       absl::StrCat("SPC ", spc, " is not assigned to the provider \"", id, "\""));
    }
  }
  return id;
}

absl::Status AuditToken(store::Transaction& transaction, const Actor& actor, const TokenRecord& token,
                        absl::Time now) {
  store::AuditEvent event;
  event.action = "token.issue";
  event.object = absl::StrCat("token/", token.jti);
  event.spcs = token.spcs;
  event.after = codec::CanonicalJson(codec::JsonObject{
      {"provider", token.provider_id},
      {"fingerprint", token.fingerprint},
      {"ca", token.ca},
      {"expires", absl::FormatTime(absl::RFC3339_sec, token.expires, absl::UTCTimeZone())}});
  return store::AppendAudit(transaction, actor, event, now);
}

}  // namespace

TokenIssuer::TokenIssuer(store::Database& database, const DocumentSigner& signer, absl::Duration lifetime,
                         const Clock& clock, const Random& random, Observe observe)
    : database_(database),
      signer_(signer),
      lifetime_(lifetime),
      clock_(clock),
      random_(random),
      observe_(std::move(observe)) {}

absl::StatusOr<IssuedToken> TokenIssuer::Issue(const Actor& actor, const TokenRequest& request) const {
  absl::StatusOr<IssuedToken> issued = TryIssue(actor, request);
  if (observe_) observe_(issued.status());
  return issued;
}

absl::StatusOr<IssuedToken> TokenIssuer::TryIssue(const Actor& actor, const TokenRequest& request) const {
  STI_ASSIGN_OR_RETURN(const pki::TnAuthList list, ParseShakenList(request.tn_auth_list));
  STI_RETURN_IF_ERROR(CheckFingerprint(request.fingerprint));
  const absl::Time now = clock_.TimeNow();
  if (!signer_.IsValidAt(now)) {
    return MakeError(Reason::kNotReady, "the certificate that signs SPC tokens is not valid now");
  }
  stir::SpcTokenClaims claims{list, request.fingerprint, request.ca, "", signer_.ExpiryFrom(now, lifetime_),
                              ""};
  STI_ASSIGN_OR_RETURN(claims.jti, MakeUuid(random_));

  // Signed before the transaction, since the key may be in a slow token; committed before it is answered: a
  // token that anybody has seen is in the log, and was the provider's to have.
  IssuedToken issued;
  STI_ASSIGN_OR_RETURN(issued.token,
                       stir::SignSpcToken(claims, signer_.chain, *signer_.key, signer_.token_naming()));
  const absl::Status stored = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::string provider, EntitledProvider(transaction, request, list.Spcs()));
    issued.record = TokenRecord{claims.jti, provider,          list.Spcs(),   request.fingerprint,
                                request.ca, WholeSeconds(now), claims.expires};
    STI_RETURN_IF_ERROR(InsertToken(transaction, issued.record));
    return AuditToken(transaction, actor, issued.record, now);
  });
  STI_RETURN_IF_ERROR(stored);
  return issued;
}

absl::StatusOr<TokenPage> TokenIssuer::List(absl::string_view provider_id, int64_t page_size,
                                            absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const int64_t before, store::ParseNumericPageToken(
                                                 kListing, page_token, std::numeric_limits<int64_t>::max()));
  std::vector<NumberedToken> rows;
  STI_RETURN_IF_ERROR(database_.Read([&](store::Transaction& transaction) {
    STI_ASSIGN_OR_RETURN(rows, ListTokens(transaction, provider_id, before, limit + 1));
    return absl::OkStatus();
  }));
  TokenPage page;
  if (rows.size() > static_cast<size_t>(limit)) {
    rows.pop_back();
    page.next_page_token = store::MakePageToken(kListing, absl::StrCat(rows.back().seq));
  }
  for (NumberedToken& row : rows) page.tokens.push_back(std::move(row.token));
  return page;
}

}  // namespace sti::pa
