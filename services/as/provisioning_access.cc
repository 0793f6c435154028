#include "services/as/provisioning_access.h"

#include <algorithm>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::as {
namespace {

absl::Status Denied(absl::string_view client, admin::Role role, absl::string_view provider) {
  return MakeError(Reason::kPermissionDenied, "provider",
                   absl::StrCat("the client identity \"", absl::CHexEscape(client),
                                "\" may not do this: it lacks the role ", admin::RoleName(role), " for \"",
                                absl::CHexEscape(provider), "\""));
}

}  // namespace

std::vector<size_t> ProvisioningAccess::OwnProviders(absl::string_view client) const {
  std::vector<size_t> own;
  if (client.empty()) return own;
  for (size_t i = 0; i < providers_.all().size(); ++i) {
    const std::vector<std::string>& operators = providers_.all()[i].operators;
    if (std::find(operators.begin(), operators.end(), client) != operators.end()) own.push_back(i);
  }
  return own;
}

bool ProvisioningAccess::MaySome(absl::string_view client, admin::Role role) const {
  return roles_.Has(client, role) || !OwnProviders(client).empty();
}

absl::StatusOr<size_t> ProvisioningAccess::Provider(absl::string_view client, admin::Role role,
                                                    absl::string_view name) const {
  const std::vector<size_t> own = OwnProviders(client);
  const bool all = roles_.Has(client, role);
  if (name.empty()) {
    if (own.size() == 1) return own[0];
    if (all && own.empty() && providers_.all().size() == 1) return 0;
    if (all || !own.empty()) return MakeError(Reason::kMissingField, "provider", "there are several");
    return Denied(client, role, name);
  }
  const std::optional<size_t> wanted = providers_.Find(name);
  if (wanted && (all || std::find(own.begin(), own.end(), *wanted) != own.end())) return *wanted;
  if (!all) return Denied(client, role, name);
  return MakeError(Reason::kNotFound, "provider", absl::StrCat("no provider ", name));
}

}  // namespace sti::as
