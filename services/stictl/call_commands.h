// stictl call sign | verify: one call through sti-as or sti-vs.
#ifndef SERVICES_STICTL_CALL_COMMANDS_H_
#define SERVICES_STICTL_CALL_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddCallCommands(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_CALL_COMMANDS_H_
