// stictl pa user: accounts of providers at the STI-PA's HTTPS interface.
#ifndef SERVICES_STICTL_PA_USER_COMMANDS_H_
#define SERVICES_STICTL_PA_USER_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddPaUserCommands(CLI::App& pa, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_PA_USER_COMMANDS_H_
