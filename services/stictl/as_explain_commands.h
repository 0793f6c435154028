// stictl as explain, as dry-run: how calls would be attested, and why.
#ifndef SERVICES_STICTL_AS_EXPLAIN_COMMANDS_H_
#define SERVICES_STICTL_AS_EXPLAIN_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddAsExplainCommands(CLI::App& as, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_AS_EXPLAIN_COMMANDS_H_
