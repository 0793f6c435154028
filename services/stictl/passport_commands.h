// stictl passport inspect | verify: offline.
#ifndef SERVICES_STICTL_PASSPORT_COMMANDS_H_
#define SERVICES_STICTL_PASSPORT_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddPassportCommands(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_PASSPORT_COMMANDS_H_
