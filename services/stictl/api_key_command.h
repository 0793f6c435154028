// stictl api-key: a key for a REST client that has no certificate.
#ifndef SERVICES_STICTL_API_KEY_COMMAND_H_
#define SERVICES_STICTL_API_KEY_COMMAND_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddApiKeyCommand(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_API_KEY_COMMAND_H_
