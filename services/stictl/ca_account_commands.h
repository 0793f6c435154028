// stictl ca account: ACME accounts of the STI-CA (AuthorityAdmin).
#ifndef SERVICES_STICTL_CA_ACCOUNT_COMMANDS_H_
#define SERVICES_STICTL_CA_ACCOUNT_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

// Adds the group "account" to the group "ca".
void AddCaAccountCommands(CLI::App& ca, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_CA_ACCOUNT_COMMANDS_H_
