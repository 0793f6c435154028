// stictl ca: administration of the STI-CA (AuthorityAdmin).
#ifndef SERVICES_STICTL_CA_COMMANDS_H_
#define SERVICES_STICTL_CA_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddCaCommands(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_CA_COMMANDS_H_
