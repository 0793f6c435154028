// stictl db: what an operator does to a daemon's database file.
#ifndef SERVICES_STICTL_DB_COMMAND_H_
#define SERVICES_STICTL_DB_COMMAND_H_

#include <CLI/CLI.hpp>

#include "services/stictl/session.h"

namespace sti::stictl {

void AddDbCommands(CLI::App& app, Session& session, int& exit_code);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_DB_COMMAND_H_
