#include "services/stictl/ca_account_commands.h"

#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "proto/sti/v1/certificate_authority.grpc.pb.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Admin = sti::v1::AuthorityAdmin;

struct ListOptions {
  int page_size = 100;
  std::string page_token;
};

struct AccountOption {
  std::string id;
};

struct KeyOptions {
  std::string provider;
};

std::string StateOf(const sti::v1::AcmeAccount& account) {
  return account.paused() ? account.state() + ", paused" : account.state();
}

int List(Session& session, const ListOptions& options) {
  sti::v1::ListAccountsRequest request;
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  const auto response = Call<Admin>(session, Peer::kCa, &Admin::Stub::ListAccounts, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& account : response->accounts()) {
    rows.push_back({account.id(), StateOf(account), TimeText(account.created()),
                    Printable(absl::StrJoin(account.contacts(), " "))});
  }
  PrintTable({"ACCOUNT", "STATE", "CREATED", "CONTACTS"}, rows);
  if (!response->next_page_token().empty())
    std::cout << "more: --page-token " << response->next_page_token() << "\n";
  return kExitOk;
}

int PrintAccount(Session& session, const absl::StatusOr<sti::v1::AcmeAccount>& response) {
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  PrintFields({{"account", response->id()},
               {"state", StateOf(*response)},
               {"key", response->fingerprint()},
               {"external key", response->external_key()},
               {"created", TimeText(response->created())}});
  return kExitOk;
}

int Pause(Session& session, const AccountOption& options) {
  sti::v1::PauseAccountRequest request;
  request.set_id(options.id);
  return PrintAccount(session, Call<Admin>(session, Peer::kCa, &Admin::Stub::PauseAccount, request));
}

int Resume(Session& session, const AccountOption& options) {
  sti::v1::ResumeAccountRequest request;
  request.set_id(options.id);
  return PrintAccount(session, Call<Admin>(session, Peer::kCa, &Admin::Stub::ResumeAccount, request));
}

int MakeKey(Session& session, const KeyOptions& options) {
  sti::v1::CreateExternalAccountKeyRequest request;
  request.set_provider(options.provider);
  const auto response = Call<Admin>(session, Peer::kCa, &Admin::Stub::CreateExternalAccountKey, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  PrintFields({{"key identifier", response->id()}, {"HMAC key", response->mac_key()}});
  return kExitOk;
}

void DeclareAccount(CLI::App& command, AccountOption& options) {
  command.add_option("ACCOUNT", options.id, "identifier, as \"list\" shows it")->required();
}

}  // namespace

void AddCaAccountCommands(CLI::App& ca, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(ca, "account", "ACME accounts");
  AddCommand<ListOptions>(
      *group, "list", "all accounts, oldest first",
      [](CLI::App& command, ListOptions& options) {
        command.add_option("--page-size", options.page_size, "1 to 1000 (default 100)");
        command.add_option("--page-token", options.page_token, "as printed after the page before");
      },
      [&session](const ListOptions& options) { return List(session, options); }, exit_code);
  AddCommand<AccountOption>(
      *group, "pause", "let an account read and revoke, but not order", DeclareAccount,
      [&session](const AccountOption& options) { return Pause(session, options); }, exit_code);
  AddCommand<AccountOption>(
      *group, "resume", "let a paused account order again", DeclareAccount,
      [&session](const AccountOption& options) { return Resume(session, options); }, exit_code);
  AddCommand<KeyOptions>(
      *group, "key", "make a key for the external account binding of one new account",
      [](CLI::App& command, KeyOptions& options) {
        command.add_option("--provider", options.provider, "whom it is for")->required();
      },
      [&session](const KeyOptions& options) { return MakeKey(session, options); }, exit_code);
}

}  // namespace sti::stictl
