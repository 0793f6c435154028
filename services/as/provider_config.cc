#include "services/as/provider_config.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/edge/numbering.h"
#include "common/pki/tn_auth_list.h"

namespace sti::as {
namespace {

// The schema has admitted "B", "C" and "refuse" only.
Fallback FallbackFrom(const std::string& text) {
  return text == "B" ? Fallback::kB : text == "C" ? Fallback::kC : Fallback::kRefuse;
}

AttestationDefaults DefaultsFrom(const sti::config::v1::AttestationRules& rules) {
  AttestationDefaults defaults;
  defaults.unknown_number = FallbackFrom(rules.unknown_number());
  defaults.foreign_number = FallbackFrom(rules.foreign_number());
  defaults.unknown_customer = FallbackFrom(rules.unknown_customer());
  defaults.refuse_requested = rules.requested_attest() != "decided";
  defaults.origid = rules.origid() == "trunk"      ? AttestationDefaults::Origid::kTrunk
                    : rules.origid() == "customer" ? AttestationDefaults::Origid::kCustomer
                                                   : AttestationDefaults::Origid::kCall;
  return defaults;
}

absl::StatusOr<SigningProviderOptions> ProviderFrom(const sti::config::v1::SigningProvider& config) {
  SigningProviderOptions provider;
  provider.name = config.name();
  provider.spc = config.spc();
  provider.organization = config.organization();
  provider.country = config.country();
  if (const auto list = pki::TnAuthList::ForSpc(config.spc()); !list.ok()) {
    return MakeError(Reason::kConfigInvalid, "spc",
                     absl::StrCat("\"", config.spc(), "\": ", list.status().message()));
  }
  STI_ASSIGN_OR_RETURN(provider.plan, edge::PlanFor(config.country_code()));
  provider.clients.assign(config.clients().begin(), config.clients().end());
  provider.attesting_clients.assign(config.attesting_clients().begin(), config.attesting_clients().end());
  provider.diverting_clients.assign(config.diverting_clients().begin(), config.diverting_clients().end());
  provider.operators.assign(config.operators().begin(), config.operators().end());
  provider.attestation = DefaultsFrom(config.attestation());
  return provider;
}

}  // namespace

absl::StatusOr<ProviderTable> ProvidersFrom(const sti::config::v1::AuthenticationServer& config) {
  std::vector<SigningProviderOptions> providers;
  for (int i = 0; i < config.providers_size(); ++i) {
    auto provider = ProviderFrom(config.providers(i));
    if (!provider.ok()) return PrefixField(absl::StrCat("providers[", i, "]"), provider.status());
    providers.push_back(*std::move(provider));
  }
  return ProviderTable::Create(std::move(providers));
}

}  // namespace sti::as
