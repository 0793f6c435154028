#include "services/pa/provider_ownership.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/pa/spc_revocation_records.h"

namespace sti::pa {
namespace {

std::string Element(absl::string_view list, size_t index) { return absl::StrCat(list, "[", index, "]"); }

absl::Status Taken(absl::string_view field, absl::string_view what, absl::string_view owner) {
  return MakeError(Reason::kAlreadyExists, field,
                   absl::StrCat(what, " belongs to the provider \"", owner, "\""));
}

absl::Status CheckRevoked(store::Transaction& transaction, const std::string& spc, const std::string& id,
                          absl::string_view field, const std::vector<std::string>& authorities) {
  STI_ASSIGN_OR_RETURN(const std::vector<SpcRevocation> open, OpenSpcRevocations(transaction, spc));
  for (const SpcRevocation& revocation : open) {
    const bool asked =
        std::find(authorities.begin(), authorities.end(), revocation.authority) != authorities.end();
    if (!asked || revocation.provider_id == id) continue;
    return MakeError(
        Reason::kStateConflict, field,
        absl::StrCat("SPC ", spc, " was the provider \"", revocation.provider_id, "\"'s, and the STI-CA ",
                     revocation.authority, " has not confirmed yet that its certificates are revoked (due ",
                     absl::FormatTime(absl::RFC3339_sec, revocation.due, absl::UTCTimeZone()), ")"));
  }
  return absl::OkStatus();
}

}  // namespace

// The database's own constraints would refuse as well, but could not say whose it is.
absl::Status CheckFree(store::Transaction& transaction, const Provider& provider,
                       const std::vector<std::string>& authorities) {
  for (size_t i = 0; i < provider.spcs.size(); ++i) {
    const std::string& spc = provider.spcs[i];
    const std::string field = Element("spcs", i);
    STI_ASSIGN_OR_RETURN(const std::string owner, OwnerOfSpc(transaction, spc));
    if (owner == provider.id) continue;
    if (!owner.empty()) return Taken(field, absl::StrCat("SPC ", spc), owner);
    STI_RETURN_IF_ERROR(CheckRevoked(transaction, spc, provider.id, field, authorities));
  }
  for (size_t i = 0; i < provider.client_identities.size(); ++i) {
    const std::string& identity = provider.client_identities[i];
    STI_ASSIGN_OR_RETURN(const std::string owner, OwnerOfIdentity(transaction, identity));
    if (!owner.empty() && owner != provider.id) {
      return Taken(Element("client_identities", i), absl::StrCat("the identity \"", identity, "\""), owner);
    }
  }
  return absl::OkStatus();
}

}  // namespace sti::pa
