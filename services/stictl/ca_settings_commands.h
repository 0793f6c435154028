// stictl ca limit, ca organization, ca delegate: what operators of the STI-CA set, and what they issue by
// their own word (AuthorityAdmin).
#ifndef SERVICES_STICTL_CA_SETTINGS_COMMANDS_H_
#define SERVICES_STICTL_CA_SETTINGS_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

// Adds the groups to the group "ca".
void AddCaSettingsCommands(CLI::App& ca, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_CA_SETTINGS_COMMANDS_H_
