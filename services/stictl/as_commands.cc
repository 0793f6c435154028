#include "services/stictl/as_commands.h"

#include "services/stictl/as_customer_commands.h"
#include "services/stictl/as_explain_commands.h"
#include "services/stictl/as_number_commands.h"
#include "services/stictl/as_rule_commands.h"
#include "services/stictl/as_signer_commands.h"
#include "services/stictl/as_trace_command.h"

namespace sti::stictl {

void AddAsCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* as =
      AddGroup(app, "as", "customers and numbers that sti-as attests calls by, and what it signed");
  AddAsCustomerCommands(*as, session, exit_code);
  AddAsTrunkCommands(*as, session, exit_code);
  AddAsNumberCommands(*as, session, exit_code);
  AddAsRuleCommands(*as, session, exit_code);
  AddAsProfileCommands(*as, session, exit_code);
  AddAsExplainCommands(*as, session, exit_code);
  AddAsSignerCommands(*as, session, exit_code);
  AddAsTraceCommand(*as, session, exit_code);
}

}  // namespace sti::stictl
