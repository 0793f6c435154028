// stictl pa ca: the approved STI-CAs, which are the trust list.
#ifndef SERVICES_STICTL_PA_AUTHORITY_COMMANDS_H_
#define SERVICES_STICTL_PA_AUTHORITY_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddPaAuthorityCommands(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_PA_AUTHORITY_COMMANDS_H_
