// stictl pa: administration of the STI-PA (PolicyAdmin).
#ifndef SERVICES_STICTL_PA_COMMANDS_H_
#define SERVICES_STICTL_PA_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddPaCommands(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_PA_COMMANDS_H_
