// stictl ca lint: what a certificate does differently from the SHAKEN profile. Offline.
#ifndef SERVICES_STICTL_LINT_COMMAND_H_
#define SERVICES_STICTL_LINT_COMMAND_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddLintCommand(CLI::App& ca, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_LINT_COMMAND_H_
