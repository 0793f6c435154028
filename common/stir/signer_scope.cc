#include "common/stir/signer_scope.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/reason.h"

namespace sti::stir {
namespace {

bool HasSpc(const pki::TnAuthList& list) {
  return std::any_of(list.entries().begin(), list.entries().end(), [](const pki::TnEntry& entry) {
    return std::holds_alternative<pki::ServiceProviderCode>(entry);
  });
}

}  // namespace

bool IsDelegate(const pki::Certificate& leaf) { return leaf.tn_auth_list() && !HasSpc(*leaf.tn_auth_list()); }

std::vector<std::string> ProviderSpcs(const pki::CertificateChain& chain) {
  for (const pki::Certificate& certificate : chain.certificates()) {
    if (certificate.tn_auth_list() && HasSpc(*certificate.tn_auth_list())) {
      return certificate.tn_auth_list()->Spcs();
    }
  }
  return {};
}

const TelephoneNumber* NumberSpokenFor(const PassportClaims& claims) {
  const PartyIdentity& party = IsDiversion(claims.type) && claims.div ? *claims.div : claims.orig;
  return std::get_if<TelephoneNumber>(&party);
}

absl::Status CheckTnScope(const pki::Certificate& leaf, const PassportClaims& claims) {
  if (!leaf.tn_auth_list()) return MakeError(Reason::kTnAuthListMissing, "the certificate has no TNAuthList");
  if (HasSpc(*leaf.tn_auth_list())) return absl::OkStatus();
  if (claims.type == PassportType::kShaken) {
    return MakeError(Reason::kTnAuthListInvalid, "the certificate has no SPC, which shaken needs");
  }
  if (claims.type == PassportType::kRcd && claims.rich.iss) return absl::OkStatus();
  const TelephoneNumber* number = NumberSpokenFor(claims);
  if (number == nullptr)
    return MakeError(Reason::kTnNotCovered, "a delegate certificate speaks for numbers only");
  if (leaf.tn_auth_list()->Covers(number->digits())) return absl::OkStatus();
  return MakeError(Reason::kTnNotCovered,
                   absl::StrCat(number->digits(), " is none of the certificate's numbers"));
}

absl::Status CheckRphSigner(const pki::Certificate& leaf, absl::Span<const std::string> spcs) {
  if (spcs.empty()) return absl::OkStatus();
  std::vector<std::string> own;
  if (leaf.tn_auth_list()) own = leaf.tn_auth_list()->Spcs();
  for (const std::string& spc : own) {
    if (std::find(spcs.begin(), spcs.end(), spc) != spcs.end()) return absl::OkStatus();
  }
  return MakeError(Reason::kRphSignerUnauthorized,
                   absl::StrCat("signed by SPC [", absl::StrJoin(own, ", "), "]"));
}

}  // namespace sti::stir
