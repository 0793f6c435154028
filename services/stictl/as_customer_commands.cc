#include "services/stictl/as_customer_commands.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "proto/sti/v1/provisioning.grpc.pb.h"
#include "services/stictl/as_options.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Provisioning = sti::v1::Provisioning;

struct PutOptions : ProviderOption {
  std::string id, highest_attest;
  CLI::Option *name = nullptr, *unknown_number = nullptr;
  std::string name_text, unknown_number_text;
  std::vector<std::string> clients;
  bool no_clients = false, suspend = false, resume = false;
};

struct IdOptions : ProviderOption {
  std::string id;
};

struct DeleteOptions : IdOptions {
  bool with_belongings = false, yes = false;
};

std::string StateText(const sti::v1::Customer& customer) {
  return customer.state() == sti::v1::CUSTOMER_STATE_SUSPENDED ? "suspended" : "active";
}

int Print(const Session& session, const sti::v1::Customer& customer) {
  if (session.output.json()) {
    PrintMessage(customer);
    return kExitOk;
  }
  PrintFields({{"customer", customer.id()},
               {"name", Printable(customer.name())},
               {"state", StateText(customer)},
               {"clients", Printable(absl::StrJoin(customer.clients(), ", "))},
               {"highest attest", AttestationLetter(customer.highest_attest())},
               {"unknown number", customer.unknown_number()},
               {"changed", TimeText(customer.changed())}});
  return kExitOk;
}

absl::StatusOr<sti::v1::Customer> Get(Session& session, const std::string& provider, const std::string& id) {
  sti::v1::GetCustomerRequest request;
  request.set_provider(provider);
  request.set_id(id);
  return Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::GetCustomer, request);
}

// What is not given stays as it is.
int Put(Session& session, const PutOptions& options) {
  sti::v1::PutCustomerRequest request;
  request.set_provider(options.provider);
  sti::v1::Customer& customer = *request.mutable_customer();
  const auto known = Get(session, options.provider, options.id);
  if (known.ok()) {
    customer = *known;
  } else if (ReasonOf(known.status()) != Reason::kNotFound || FieldOf(known.status()) != "id") {
    return FailCall(session.output, known.status());
  }
  customer.set_id(options.id);
  if (options.name->count() > 0) customer.set_name(options.name_text);
  if (options.unknown_number->count() > 0) {
    customer.set_unknown_number(options.unknown_number_text == "default" ? "" : options.unknown_number_text);
  }
  if (!options.highest_attest.empty()) {
    sti::v1::Attestation attest;
    const absl::Status set = SetAttest("--highest-attest", options.highest_attest, attest);
    if (!set.ok()) return UsageError(session.output, set);
    customer.set_highest_attest(attest);
  }
  if (options.no_clients || !options.clients.empty()) customer.clear_clients();
  for (const std::string& client : options.clients) customer.add_clients(client);
  if (options.suspend) customer.set_state(sti::v1::CUSTOMER_STATE_SUSPENDED);
  if (options.resume) customer.set_state(sti::v1::CUSTOMER_STATE_ACTIVE);
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::PutCustomer, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  return Print(session, *response);
}

int Show(Session& session, const IdOptions& options) {
  const auto customer = Get(session, options.provider, options.id);
  if (!customer.ok()) return FailCall(session.output, customer.status());
  return Print(session, *customer);
}

int List(Session& session, const ProvisioningPageOptions& options) {
  sti::v1::ListCustomersRequest request;
  SetPage(options, request);
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::ListCustomers, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const sti::v1::Customer& customer : response->customers()) {
    rows.push_back({customer.id(), StateText(customer), AttestationLetter(customer.highest_attest()),
                    Printable(absl::StrJoin(customer.clients(), ",")), Printable(customer.name())});
  }
  PrintTable({"ID", "STATE", "BEST", "CLIENTS", "NAME"}, rows);
  PrintMore(response->next_page_token());
  return kExitOk;
}

int Delete(Session& session, const DeleteOptions& options) {
  sti::v1::DeleteCustomerRequest request;
  request.set_provider(options.provider);
  request.set_id(options.id);
  request.set_with_belongings(options.with_belongings);
  request.set_dry_run(!options.yes);
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::DeleteCustomer, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::cout << "customer " << options.id << " goes with " << response->numbers() << " numbers, "
            << response->trunks() << " trunks and " << response->profiles() << " profiles\n";
  PrintNotDone(options.yes);
  return kExitOk;
}

struct TrunkPutOptions : IdOptions {
  std::string customer;
  bool gateway = false, emergency = false;
};

struct TrunkListOptions : ProvisioningPageOptions {
  std::string customer;
};

struct TrunkDeleteOptions : IdOptions {
  bool yes = false;
};

int PutTrunk(Session& session, const TrunkPutOptions& options) {
  sti::v1::PutTrunkRequest request;
  request.set_provider(options.provider);
  sti::v1::Trunk& trunk = *request.mutable_trunk();
  trunk.set_id(options.id);
  trunk.set_customer(options.customer);
  trunk.set_gateway(options.gateway);
  trunk.set_emergency(options.emergency);
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::PutTrunk, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  PrintFields({{"trunk", response->id()},
               {"customer", response->customer()},
               {"gateway", response->gateway() ? "yes" : ""},
               {"emergency", response->emergency() ? "yes" : ""},
               {"changed", TimeText(response->changed())}});
  return kExitOk;
}

int ListTrunks(Session& session, const TrunkListOptions& options) {
  sti::v1::ListTrunksRequest request;
  SetPage(options, request);
  request.set_customer(options.customer);
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::ListTrunks, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const sti::v1::Trunk& trunk : response->trunks()) {
    rows.push_back(
        {trunk.id(), trunk.gateway() ? "(gateway)" : trunk.customer(), trunk.emergency() ? "yes" : ""});
  }
  PrintTable({"ID", "CUSTOMER", "EMERGENCY"}, rows);
  PrintMore(response->next_page_token());
  return kExitOk;
}

int DeleteTrunk(Session& session, const TrunkDeleteOptions& options) {
  if (!options.yes) {
    std::cout << "calls that name trunk " << options.id << " would be refused\n";
    PrintNotDone(false);
    return kExitOk;
  }
  sti::v1::DeleteTrunkRequest request;
  request.set_provider(options.provider);
  request.set_id(options.id);
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::DeleteTrunk, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  session.output.json() ? PrintMessage(*response) : void(std::cout << "trunk " << options.id << " is gone\n");
  return kExitOk;
}

void DeclareId(CLI::App& command, IdOptions& options) {
  command.add_option("ID", options.id, "1 to 64 characters of A-Z, a-z, 0-9, \".\", \"_\", \"-\"")
      ->required();
  DeclareProvider(command, options);
}

void DeclarePut(CLI::App& command, PutOptions& options) {
  command.add_option("ID", options.id, "1 to 64 characters of A-Z, a-z, 0-9, \".\", \"_\", \"-\"")
      ->required();
  DeclareProvider(command, options);
  options.name = command.add_option("--name", options.name_text, "for people");
  CLI::Option* clients =
      command.add_option("--client", options.clients, "client identity of the customer's own; repeatable")
          ->allow_extra_args(false);
  command.add_flag("--no-clients", options.no_clients, "it has no client of its own")->excludes(clients);
  command.add_option("--highest-attest", options.highest_attest, "the best that its calls get: A, B or C");
  options.unknown_number =
      command.add_option("--unknown-number", options.unknown_number_text,
                         "calls from a number that is not known to be its: B, C, refuse, or default (as the "
                         "configuration says)");
  CLI::Option* suspend = command.add_flag("--suspend", options.suspend, "refuse its calls");
  command.add_flag("--resume", options.resume, "sign its calls again")->excludes(suspend);
  command.footer("Of a customer that is there, what is not given stays as it is.");
}

}  // namespace

void AddAsCustomerCommands(CLI::App& as, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(as, "customer", "who has calls signed, and how well they are attested at best");
  AddCommand<PutOptions>(
      *group, "put", "make a customer, or change it", DeclarePut,
      [&session](const PutOptions& options) { return Put(session, options); }, exit_code);
  AddCommand<IdOptions>(
      *group, "show", "one customer", DeclareId,
      [&session](const IdOptions& options) { return Show(session, options); }, exit_code);
  AddCommand<ProvisioningPageOptions>(
      *group, "list", "customers by id", DeclarePage,
      [&session](const ProvisioningPageOptions& options) { return List(session, options); }, exit_code);
  AddCommand<DeleteOptions>(
      *group, "delete", "show what would go with a customer; with --yes, delete it",
      [](CLI::App& command, DeleteOptions& options) {
        DeclareId(command, options);
        command.add_flag("--with-belongings", options.with_belongings,
                         "also its numbers, trunks and profiles");
        command.add_flag("--yes", options.yes, "do it");
      },
      [&session](const DeleteOptions& options) { return Delete(session, options); }, exit_code);
}

void AddAsTrunkCommands(CLI::App& as, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(as, "trunk", "by which way calls come in: a customer's trunk, or a gateway");
  AddCommand<TrunkPutOptions>(
      *group, "put", "make a trunk, or change it as a whole",
      [](CLI::App& command, TrunkPutOptions& options) {
        DeclareId(command, options);
        CLI::Option* customer = command.add_option("--customer", options.customer, "whose trunk it is");
        command.add_flag("--gateway", options.gateway, "calls come from elsewhere: attest C")
            ->excludes(customer);
        command.add_flag("--emergency", options.emergency, "may have an emergency number as calling number");
      },
      [&session](const TrunkPutOptions& options) { return PutTrunk(session, options); }, exit_code);
  AddCommand<TrunkListOptions>(
      *group, "list", "trunks by id",
      [](CLI::App& command, TrunkListOptions& options) {
        DeclarePage(command, options);
        command.add_option("--customer", options.customer, "only of this customer");
      },
      [&session](const TrunkListOptions& options) { return ListTrunks(session, options); }, exit_code);
  AddCommand<TrunkDeleteOptions>(
      *group, "delete", "with --yes, delete a trunk",
      [](CLI::App& command, TrunkDeleteOptions& options) {
        DeclareId(command, options);
        command.add_flag("--yes", options.yes, "do it");
      },
      [&session](const TrunkDeleteOptions& options) { return DeleteTrunk(session, options); }, exit_code);
}

}  // namespace sti::stictl
