// stictl as number: which numbers customers may use.
#ifndef SERVICES_STICTL_AS_NUMBER_COMMANDS_H_
#define SERVICES_STICTL_AS_NUMBER_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddAsNumberCommands(CLI::App& as, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_AS_NUMBER_COMMANDS_H_
