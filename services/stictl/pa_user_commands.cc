#include "services/stictl/pa_user_commands.h"

#include <iostream>
#include <string>
#include <vector>

#include "proto/sti/v1/policy_admin.grpc.pb.h"
#include "services/stictl/effects_text.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Admin = sti::v1::PolicyAdmin;

struct UserOptions {
  std::string provider, user;
  bool yes = false;  // of remove
};

struct ListOptions {
  std::string provider;
  int page_size = 100;
  std::string page_token;
};

int Add(Session& session, const UserOptions& options) {
  sti::v1::CreateApiUserRequest request;
  request.set_user_id(options.user);
  request.set_provider_id(options.provider);
  const auto user = Call<Admin>(session, Peer::kPa, &Admin::Stub::CreateApiUser, request);
  if (!user.ok()) return FailCall(session.output, user.status());
  if (session.output.json()) {
    PrintMessage(*user);
    return kExitOk;
  }
  PrintFields({{"user", user->user_id()}, {"provider", user->provider_id()}, {"password", user->password()}});
  std::cout << "The password is shown this once; sti-pa keeps only its hash.\n";
  return kExitOk;
}

int List(Session& session, const ListOptions& options) {
  sti::v1::ListApiUsersRequest request;
  request.set_provider_id(options.provider);
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  const auto response = Call<Admin>(session, Peer::kPa, &Admin::Stub::ListApiUsers, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& user : response->users())
    rows.push_back({user.user_id(), user.provider_id(), TimeText(user.created())});
  PrintTable({"USER", "PROVIDER", "CREATED"}, rows);
  if (!response->next_page_token().empty())
    std::cout << "more: --page-token " << response->next_page_token() << "\n";
  return kExitOk;
}

int Remove(Session& session, const UserOptions& options) {
  sti::v1::DeleteApiUserRequest request;
  request.set_user_id(options.user);
  request.set_dry_run(!options.yes);
  const auto user = Call<Admin>(session, Peer::kPa, &Admin::Stub::DeleteApiUser, request);
  if (!user.ok()) return FailCall(session.output, user.status());
  if (session.output.json()) {
    PrintMessage(*user);
  } else {
    PrintEffects(user->effects(), options.yes);
  }
  return kExitOk;
}

}  // namespace

void AddPaUserCommands(CLI::App& pa, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(pa, "user", "who may log in at the HTTPS interface, for which provider");
  AddCommand<UserOptions>(
      *group, "add", "a user with a new password, which is shown once",
      [](CLI::App& command, UserOptions& options) {
        command.add_option("--provider", options.provider, "id of the provider that it acts for")->required();
        command.add_option("--user", options.user, "name: a-z, 0-9, \".\", \"-\", \"_\", \"@\"")->required();
        command.footer("Example: stictl pa user add --provider acme --user kms@acme.example");
      },
      [&session](const UserOptions& options) { return Add(session, options); }, exit_code);
  AddCommand<ListOptions>(
      *group, "list", "users by name",
      [](CLI::App& command, ListOptions& options) {
        command.add_option("--provider", options.provider, "only of this provider");
        command.add_option("--page-size", options.page_size, "1 to 1000 (default 100)");
        command.add_option("--page-token", options.page_token, "as printed after the page before");
      },
      [&session](const ListOptions& options) { return List(session, options); }, exit_code);
  AddCommand<UserOptions>(
      *group, "remove",
      "show what removing a user would do; with --yes, do it: it cannot log in any more, its sessions end",
      [](CLI::App& command, UserOptions& options) {
        command.add_option("USER", options.user, "name, as shown by list")->required();
        command.add_flag("--yes", options.yes, "do it");
      },
      [&session](const UserOptions& options) { return Remove(session, options); }, exit_code);
}

}  // namespace sti::stictl
