// The frame of a sub-command: its options live in a struct that the callback shares.
#ifndef SERVICES_STICTL_COMMAND_H_
#define SERVICES_STICTL_COMMAND_H_

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "services/stictl/session.h"

namespace sti::stictl {

// Adds `name` under `parent`. `declare` adds the options of a fresh Options; `run` gets it once they are
// parsed and gives the exit code.
template <typename Options>
CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& help,
                     const std::function<void(CLI::App&, Options&)>& declare,
                     std::function<int(const Options&)> run, int& exit_code) {
  CLI::App* command = parent.add_subcommand(name, help);
  auto options = std::make_shared<Options>();
  declare(*command, *options);
  command->callback([options, run = std::move(run), &exit_code] { exit_code = run(*options); });
  return command;
}

// A command that only holds others.
inline CLI::App* AddGroup(CLI::App& parent, const std::string& name, const std::string& help) {
  CLI::App* group = parent.add_subcommand(name, help);
  group->require_subcommand(1);
  return group;
}

struct NoOptions {};

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_COMMAND_H_
