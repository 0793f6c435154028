#include "services/stictl/provider_commands.h"

#include <iostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "proto/sti/v1/policy_admin.grpc.pb.h"
#include "services/stictl/contact_option.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Admin = sti::v1::PolicyAdmin;
using sti::v1::Provider;

struct ProviderOptions {
  std::string id, name;
  std::vector<std::string> spcs, clients, contacts;
  bool no_clients = false, no_contacts = false, yes = false;
};

struct StateOptions {
  std::string id, note;
  bool revoke = false, yes = false, dry_run = false;
};

struct IdOption {
  std::string id;
};

struct PageOptions {
  int page_size = 100;
  std::string page_token;
};

std::string StateText(Provider::State state) {
  switch (state) {
    case Provider::STATE_PENDING:
      return "pending";
    case Provider::STATE_APPROVED:
      return "approved";
    case Provider::STATE_SUSPENDED:
      return "suspended";
    case Provider::STATE_REVOKED:
      return "revoked";
    default:
      return "unknown";
  }
}

void PrintProvider(const Provider& provider) {
  std::vector<std::string> contacts;
  for (const auto& contact : provider.contacts()) contacts.push_back(ContactText(contact));
  PrintFields({{"provider", provider.id()},
               {"name", provider.name()},
               {"state", StateText(provider.state())},
               {"since", TimeText(provider.state_since())},
               {"because", provider.state_note()},
               {"waits for", provider.pending_change()},
               {"SPCs", absl::StrJoin(provider.spcs(), ", ")},
               {"clients", absl::StrJoin(provider.client_identities(), ", ")},
               {"contacts", absl::StrJoin(contacts, "; ")},
               {"registered", TimeText(provider.created())}});
}

int PrintRegistered(const Session& session, const Provider& provider) {
  if (session.output.json()) {
    PrintMessage(provider);
    return kExitOk;
  }
  PrintProvider(provider);
  if (!provider.pending_change().empty()) {
    std::cout << "somebody else must approve it: stictl pa pending approve " << provider.pending_change()
              << "\n";
  }
  return kExitOk;
}

int PrintChange(const Session& session, const absl::StatusOr<sti::v1::ProviderChange>& change, bool dry_run) {
  if (!change.ok()) return FailCall(session.output, change.status());
  if (session.output.json()) {
    PrintMessage(*change);
    return kExitOk;
  }
  PrintProvider(change->provider());
  for (const std::string& effect : change->effects()) std::cout << "- " << Printable(effect) << "\n";
  if (dry_run) std::cout << "nothing has been done: this is what would be\n";
  if (change->has_pending()) {
    std::cout << "nothing has been done yet: somebody else must approve it: stictl pa pending approve "
              << change->pending().id() << "\n";
  }
  return kExitOk;
}

// Whether lists were given or are to be empty; the others stay as they are.
absl::Status Fill(const ProviderOptions& options, Provider& provider) {
  if (!options.name.empty()) provider.set_name(options.name);
  if (!options.spcs.empty()) provider.clear_spcs();
  for (const auto& spc : options.spcs) provider.add_spcs(spc);
  if (options.no_clients || !options.clients.empty()) provider.clear_client_identities();
  for (const auto& client : options.clients) provider.add_client_identities(client);
  if (options.no_contacts || !options.contacts.empty()) provider.clear_contacts();
  for (const auto& text : options.contacts) {
    STI_ASSIGN_OR_RETURN(*provider.add_contacts(), ParseContact(text));
  }
  return absl::OkStatus();
}

int Register(Session& session, const ProviderOptions& options) {
  sti::v1::RegisterProviderRequest request;
  request.mutable_provider()->set_id(options.id);
  const absl::Status filled = Fill(options, *request.mutable_provider());
  if (!filled.ok()) return UsageError(session.output, filled);
  const auto response = Call<Admin>(session, Peer::kPa, &Admin::Stub::RegisterProvider, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  return PrintRegistered(session, *response);
}

absl::StatusOr<Provider> Get(Session& session, const std::string& id) {
  sti::v1::GetProviderRequest request;
  request.set_id(id);
  return Call<Admin>(session, Peer::kPa, &Admin::Stub::GetProvider, request);
}

int Show(Session& session, const IdOption& options) {
  const auto provider = Get(session, options.id);
  if (!provider.ok()) return FailCall(session.output, provider.status());
  session.output.json() ? PrintMessage(*provider) : PrintProvider(*provider);
  return kExitOk;
}

int List(Session& session, const PageOptions& options) {
  sti::v1::ListProvidersRequest request;
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  const auto response = Call<Admin>(session, Peer::kPa, &Admin::Stub::ListProviders, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const Provider& provider : response->providers()) {
    rows.push_back({provider.id(), StateText(provider.state()), absl::StrJoin(provider.spcs(), ","),
                    absl::StrJoin(provider.client_identities(), ","), provider.name()});
  }
  PrintTable({"ID", "STATE", "SPCS", "CLIENTS", "NAME"}, rows);
  if (!response->next_page_token().empty())
    std::cout << "more: --page-token " << response->next_page_token() << "\n";
  return kExitOk;
}

int Update(Session& session, const ProviderOptions& options) {
  const auto known = Get(session, options.id);
  if (!known.ok()) return FailCall(session.output, known.status());
  sti::v1::UpdateProviderRequest request;
  *request.mutable_provider() = *known;
  request.set_dry_run(!options.yes);
  const absl::Status filled = Fill(options, *request.mutable_provider());
  if (!filled.ok()) return UsageError(session.output, filled);
  return PrintChange(session, Call<Admin>(session, Peer::kPa, &Admin::Stub::UpdateProvider, request),
                     !options.yes);
}

int Suspend(Session& session, const StateOptions& options) {
  sti::v1::SuspendProviderRequest request;
  request.set_id(options.id);
  request.set_note(options.note);
  request.set_revoke_certificates(options.revoke);
  request.set_dry_run(!options.yes);
  return PrintChange(session, Call<Admin>(session, Peer::kPa, &Admin::Stub::SuspendProvider, request),
                     !options.yes);
}

int Reinstate(Session& session, const StateOptions& options) {
  sti::v1::ReinstateProviderRequest request;
  request.set_id(options.id);
  request.set_note(options.note);
  request.set_dry_run(options.dry_run);
  return PrintChange(session, Call<Admin>(session, Peer::kPa, &Admin::Stub::ReinstateProvider, request),
                     options.dry_run);
}

int Revoke(Session& session, const StateOptions& options) {
  sti::v1::RevokeProviderRequest request;
  request.set_id(options.id);
  request.set_note(options.note);
  request.set_dry_run(!options.yes);
  return PrintChange(session, Call<Admin>(session, Peer::kPa, &Admin::Stub::RevokeProvider, request),
                     !options.yes);
}

void DeclareLists(CLI::App& command, ProviderOptions& options, bool new_one) {
  CLI::Option* spcs =
      command.add_option("--spc", options.spcs, "Service Provider Code; repeatable")->allow_extra_args(false);
  if (new_one) spcs->required();
  command
      .add_option("--client", options.clients,
                  "name in its client certificate; repeatable; none for one that uses only the HTTPS "
                  "interface")
      ->allow_extra_args(false);
  command
      .add_option("--contact", options.contacts,
                  "\"role=abuse;email=abuse@acme.example;phone=+12155551212;name=Abuse desk\"; repeatable")
      ->allow_extra_args(false);
}

void DeclareId(CLI::App& command, std::string& id) {
  command.add_option("ID", id, "id, as shown by list")->required();
}

void AddStateCommands(CLI::App& group, Session& session, int& exit_code) {
  AddCommand<StateOptions>(
      group, "suspend",
      "show what stopping a provider's SPC tokens would do; with --yes, do it, until it is reinstated",
      [](CLI::App& command, StateOptions& options) {
        DeclareId(command, options.id);
        command.add_option("--note", options.note, "why; for the audit")->required();
        command.add_flag("--revoke", options.revoke, "also have its certificates revoked");
        command.add_flag("--yes", options.yes, "do it");
      },
      [&session](const StateOptions& options) { return Suspend(session, options); }, exit_code);
  AddCommand<StateOptions>(
      group, "reinstate", "end a suspension; certificates that were revoked stay revoked",
      [](CLI::App& command, StateOptions& options) {
        DeclareId(command, options.id);
        command.add_option("--note", options.note, "why; for the audit");
        command.add_flag("--dry-run", options.dry_run, "only show what it would do");
      },
      [&session](const StateOptions& options) { return Reinstate(session, options); }, exit_code);
  AddCommand<StateOptions>(
      group, "revoke",
      "show what ending a provider for good would do; with --yes, do it: no tokens, certificates revoked, "
      "numbers withdrawn, codes free for others",
      [](CLI::App& command, StateOptions& options) {
        DeclareId(command, options.id);
        command.add_option("--note", options.note, "why; for the audit")->required();
        command.add_flag("--yes", options.yes, "do it");
      },
      [&session](const StateOptions& options) { return Revoke(session, options); }, exit_code);
}

}  // namespace

void AddProviderCommands(CLI::App& pa, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(pa, "provider", "service providers, their codes and their state");
  CLI::App* registering = AddCommand<ProviderOptions>(
      *group, "register", "register a provider with its SPCs",
      [](CLI::App& command, ProviderOptions& options) {
        command.add_option("--id", options.id, "short name: a-z, 0-9, -")->required();
        command.add_option("--name", options.name, "legal name")->required();
        DeclareLists(command, options, true);
        command.footer(
            "Example: stictl pa provider register --id acme --name \"Acme Tel\" --spc 1234 --client sti-as");
      },
      [&session](const ProviderOptions& options) { return Register(session, options); }, exit_code);
  registering->alias("add");
  AddCommand<PageOptions>(
      *group, "list", "registered providers",
      [](CLI::App& command, PageOptions& options) {
        command.add_option("--page-size", options.page_size, "1 to 1000 (default 100)");
        command.add_option("--page-token", options.page_token, "as printed after the page before");
      },
      [&session](const PageOptions& options) { return List(session, options); }, exit_code);
  AddCommand<IdOption>(
      *group, "show", "one provider",
      [](CLI::App& command, IdOption& options) { DeclareId(command, options.id); },
      [&session](const IdOption& options) { return Show(session, options); }, exit_code);
  AddCommand<ProviderOptions>(
      *group, "update",
      "show what a change of name, codes, clients or contacts would do; with --yes, do it. A list that is "
      "given replaces the whole list; what is not given stays",
      [](CLI::App& command, ProviderOptions& options) {
        DeclareId(command, options.id);
        command.add_option("--name", options.name, "legal name");
        DeclareLists(command, options, false);
        command.add_flag("--no-clients", options.no_clients, "no client may act for it any more");
        command.add_flag("--no-contacts", options.no_contacts, "take its contacts away");
        command.add_flag("--yes", options.yes, "do it");
      },
      [&session](const ProviderOptions& options) { return Update(session, options); }, exit_code);
  AddStateCommands(*group, session, exit_code);
}

}  // namespace sti::stictl
