// stictl dev-pki: TLS certificates for a test network. Not for production: all keys lie in one folder.
#ifndef SERVICES_STICTL_DEV_PKI_COMMAND_H_
#define SERVICES_STICTL_DEV_PKI_COMMAND_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddDevPkiCommand(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_DEV_PKI_COMMAND_H_
