#include "services/stictl/api_key_command.h"

#include <iostream>

#include "common/crypto/api_key.h"
#include "common/crypto/system_random.h"

namespace sti::stictl {
namespace {

struct ApiKeyOptions {
  std::string name;
};

int Run(const Session& session, const ApiKeyOptions& options) {
  const auto key = crypto::MakeApiKey(options.name, crypto::SystemRandom::Instance());
  if (!key.ok()) return UsageError(session.output, key.status());
  if (session.output.json()) {
    PrintJson(
        codec::JsonObject{{"key", key->text.RevealForUse()}, {"line", key->line}, {"name", options.name}});
    return kExitOk;
  }
  std::cout << "API key, for the client; it is not stored anywhere and cannot be shown again:\n"
            << key->text.RevealForUse() << "\n"
            << "Line to add to the api_keys_file of the daemon (mode 0600):\n"
            << key->line << "\n";
  return kExitOk;
}

}  // namespace

void AddApiKeyCommand(CLI::App& app, Session& session, int& exit_code) {
  AddCommand<ApiKeyOptions>(
      app, "api-key", "make an API key for a REST client",
      [](CLI::App& command, ApiKeyOptions& options) {
        command
            .add_option("NAME", options.name,
                        "whom profiles know the client as; letters, digits, \".\", \"_\", \"-\"")
            ->required();
        command.footer(
            "Prints the key, for the client, and the line with its salted hash, for the daemon.\n"
            "A name may have several keys: add the new line, hand out the key, remove the old line. The\n"
            "daemon takes the file within seconds of a change, or at SIGHUP.\n"
            "Exit code: 0 done, 2 usage error. Example: stictl api-key sbc-1");
      },
      [&session](const ApiKeyOptions& options) { return Run(session, options); }, exit_code);
}

}  // namespace sti::stictl
