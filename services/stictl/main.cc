#include <unistd.h>

#include <iostream>

#include "common/daemon/daemon.h"
#include "services/stictl/api_key_command.h"
#include "services/stictl/as_commands.h"
#include "services/stictl/audit_command.h"
#include "services/stictl/ca_commands.h"
#include "services/stictl/call_commands.h"
#include "services/stictl/ceremony_commands.h"
#include "services/stictl/command.h"
#include "services/stictl/db_command.h"
#include "services/stictl/dev_pki_command.h"
#include "services/stictl/health_command.h"
#include "services/stictl/pa_commands.h"
#include "services/stictl/passport_commands.h"
#include "services/stictl/vs_commands.h"

int main(int argc, char** argv) {
  CLI::App app("stictl: administers sti-pa, sti-ca, sti-as and sti-vs, and looks into PASSporTs offline.");
  app.set_version_flag("--version", "stictl " + std::string(sti::daemon::kVersion));
  app.require_subcommand(1);
  app.fallthrough();  // global options may stand after the sub-command
  app.footer(
      "Exit codes: 0 done or passed, 1 not passed, 2 usage error, 3 refused by a daemon, 4 no answer.\n"
      "Every command has --help. Begin with: stictl passport inspect TOKEN");

  sti::stictl::Session session;
  std::string format = "text";
  app.add_option("--output", format, "text or json (default text)")->check(CLI::IsMember({"text", "json"}));
  app.add_option("--config", session.config_file,
                 "YAML file: how to reach the daemons (default $STICTL_CONFIG, else ./stictl.yaml)");
  app.add_option("--timeout-ms", session.timeout_ms, "deadline of a call (default 10000)")
      ->check(CLI::Range(1, 600000));
  app.parse_complete_callback([&session, &format] {
    session.output.format =
        format == "json" ? sti::stictl::OutputFormat::kJson : sti::stictl::OutputFormat::kText;
    session.output.color = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nullptr;
  });

  int exit_code = sti::stictl::kExitOk;
  sti::stictl::AddHealthCommand(app, session, exit_code);
  sti::stictl::AddPaCommands(app, session, exit_code);
  sti::stictl::AddCaCommands(app, session, exit_code);
  sti::stictl::AddAsCommands(app, session, exit_code);
  sti::stictl::AddVsCommands(app, session, exit_code);
  sti::stictl::AddCallCommands(app, session, exit_code);
  sti::stictl::AddPassportCommands(app, session, exit_code);
  sti::stictl::AddApiKeyCommand(app, session, exit_code);
  sti::stictl::AddAuditCommands(app, session, exit_code);
  sti::stictl::AddDbCommands(app, session, exit_code);
  sti::stictl::AddDevPkiCommand(app, session, exit_code);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);  // prints help, version or what is wrong
    return code == 0 ? sti::stictl::kExitOk : sti::stictl::kExitUsage;
  }
  return exit_code;
}
