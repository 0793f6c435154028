// stictl health: do the daemons serve, and if not, what do they lack.
#ifndef SERVICES_STICTL_HEALTH_COMMAND_H_
#define SERVICES_STICTL_HEALTH_COMMAND_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddHealthCommand(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_HEALTH_COMMAND_H_
