// stictl vs: what the STI-VS trusts.
#ifndef SERVICES_STICTL_VS_COMMANDS_H_
#define SERVICES_STICTL_VS_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddVsCommands(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_VS_COMMANDS_H_
