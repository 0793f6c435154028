// stictl audit: verify, list, head.
#ifndef SERVICES_STICTL_AUDIT_COMMAND_H_
#define SERVICES_STICTL_AUDIT_COMMAND_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddAuditCommands(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_AUDIT_COMMAND_H_
