// stictl as customer, as trunk: who calls, and by which way.
#ifndef SERVICES_STICTL_AS_CUSTOMER_COMMANDS_H_
#define SERVICES_STICTL_AS_CUSTOMER_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddAsCustomerCommands(CLI::App& as, Session& session, int& exit_code);
void AddAsTrunkCommands(CLI::App& as, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_AS_CUSTOMER_COMMANDS_H_
