// stictl pa provider: service providers at the STI-PA, their codes and their state.
#ifndef SERVICES_STICTL_PROVIDER_COMMANDS_H_
#define SERVICES_STICTL_PROVIDER_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddProviderCommands(CLI::App& pa, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_PROVIDER_COMMANDS_H_
