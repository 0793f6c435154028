// stictl as trace: who made a call (SigningAdmin.TraceCalls).
#ifndef SERVICES_STICTL_AS_TRACE_COMMAND_H_
#define SERVICES_STICTL_AS_TRACE_COMMAND_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddAsTraceCommand(CLI::App& group, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_AS_TRACE_COMMAND_H_
