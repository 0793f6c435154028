// stictl pa number: which numbers each SPC may use.
#ifndef SERVICES_STICTL_NUMBER_COMMANDS_H_
#define SERVICES_STICTL_NUMBER_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddNumberCommands(CLI::App& pa, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_NUMBER_COMMANDS_H_
