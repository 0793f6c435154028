// stictl ca ceremony | pa ceremony: the key ceremonies, offline. The machine that holds a root key needs no
// network.
#ifndef SERVICES_STICTL_CEREMONY_COMMANDS_H_
#define SERVICES_STICTL_CEREMONY_COMMANDS_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddCaCeremony(CLI::App& ca, Session& session, int& exit_code);
void AddPaCeremony(CLI::App& pa, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_CEREMONY_COMMANDS_H_
