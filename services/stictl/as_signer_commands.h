// stictl as signer: keys and certificates of an sti-as.
#ifndef SERVICES_STICTL_AS_SIGNER_COMMANDS_H_
#define SERVICES_STICTL_AS_SIGNER_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddAsSignerCommands(CLI::App& as, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_AS_SIGNER_COMMANDS_H_
