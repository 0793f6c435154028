// stictl call sign: one call of any PASSporT type through sti-as.
#ifndef SERVICES_STICTL_SIGN_COMMAND_H_
#define SERVICES_STICTL_SIGN_COMMAND_H_

#include "services/stictl/command.h"

namespace sti::stictl {

void AddSignCommand(CLI::App& group, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_SIGN_COMMAND_H_
