// stictl pa pending: changes at the STI-PA that wait for a second admin.
#ifndef SERVICES_STICTL_PA_PENDING_COMMANDS_H_
#define SERVICES_STICTL_PA_PENDING_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddPaPendingCommands(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_PA_PENDING_COMMANDS_H_
