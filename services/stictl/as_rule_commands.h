// stictl as rule, as profile: rules on numbers, and what customers' calls say about them.
#ifndef SERVICES_STICTL_AS_RULE_COMMANDS_H_
#define SERVICES_STICTL_AS_RULE_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddAsRuleCommands(CLI::App& as, Session& session, int& exit_code);
void AddAsProfileCommands(CLI::App& as, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_AS_RULE_COMMANDS_H_
