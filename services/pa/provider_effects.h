// What a change of a provider does, in plain words, for the admin who decides.
#ifndef SERVICES_PA_PROVIDER_EFFECTS_H_
#define SERVICES_PA_PROVIDER_EFFECTS_H_

#include <string>
#include <vector>

#include "services/pa/provider_belongings.h"
#include "services/pa/provider_records.h"

namespace sti::pa {

std::vector<std::string> UpdateEffects(const Provider& before, const Provider& after,
                                       const std::vector<std::string>& authorities);
std::vector<std::string> SuspensionEffects(const Provider& provider, const ProviderBelongings& belongings,
                                           bool revoke_certificates,
                                           const std::vector<std::string>& authorities);
std::vector<std::string> ReinstatementEffects(const Provider& provider, const ProviderBelongings& belongings);
std::vector<std::string> RevocationEffects(const Provider& provider, const ProviderBelongings& belongings,
                                           const std::vector<std::string>& authorities);

}  // namespace sti::pa

#endif  // SERVICES_PA_PROVIDER_EFFECTS_H_
