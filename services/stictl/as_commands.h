// stictl as: everything that an admin asks of sti-as.
#ifndef SERVICES_STICTL_AS_COMMANDS_H_
#define SERVICES_STICTL_AS_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddAsCommands(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_AS_COMMANDS_H_
