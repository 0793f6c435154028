#include "services/stictl/pa_authority_commands.h"

#include <iostream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "proto/sti/v1/policy_admin.grpc.pb.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Admin = sti::v1::PolicyAdmin;
using sti::v1::Authority;

struct ApproveOptions {
  std::string name, root_file, until;
};

struct WithdrawOptions {
  std::string id, note;
  bool yes = false;
};

std::string StateText(Authority::State state) {
  switch (state) {
    case Authority::STATE_APPROVED:
      return "approved";
    case Authority::STATE_WITHDRAWN:
      return "withdrawn";
    case Authority::STATE_PENDING:
      return "pending";
    case Authority::STATE_EXPIRED:
      return "expired";
    default:
      return "unknown";
  }
}

std::string EndText(const Authority& authority) {
  return TimeText(authority.has_approved_until() ? authority.approved_until() : authority.not_after());
}

void PrintAuthority(const Authority& authority) {
  PrintFields({{"authority", authority.id()},
               {"name", authority.name()},
               {"root", authority.subject()},
               {"not after", TimeText(authority.not_after())},
               {"state", StateText(authority.state())},
               {"approved since", authority.has_approved_since() ? TimeText(authority.approved_since()) : ""},
               {"approved until", EndText(authority)},
               {"waits for", authority.pending_change()}});
}

int Approve(Session& session, const ApproveOptions& options) {
  sti::v1::ApproveAuthorityRequest request;
  request.set_name(options.name);
  const auto root = ReadOptionFile("--root", options.root_file, limits::kCertificate);
  if (!root.ok()) return UsageError(session.output, root.status());
  request.set_root_pem(*root);
  if (!options.until.empty()) {
    absl::Time until;
    if (!absl::ParseTime(absl::RFC3339_full, options.until, &until, nullptr)) {
      return UsageError(session.output,
                        MakeError(Reason::kInvalidField, "--until", "not like 2030-12-31T00:00:00Z"));
    }
    *request.mutable_approved_until() = ToProto(until);
  }
  const auto response = Call<Admin>(session, Peer::kPa, &Admin::Stub::ApproveAuthority, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  PrintAuthority(*response);
  if (!response->pending_change().empty()) {
    std::cout << "somebody else must approve it: stictl pa pending approve " << response->pending_change()
              << "\n";
  }
  return kExitOk;
}

int Withdraw(Session& session, const WithdrawOptions& options) {
  sti::v1::WithdrawAuthorityRequest request;
  request.set_id(options.id);
  request.set_note(options.note);
  request.set_dry_run(!options.yes);
  const auto response = Call<Admin>(session, Peer::kPa, &Admin::Stub::WithdrawAuthority, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  PrintAuthority(*response);
  for (const std::string& effect : response->effects()) std::cout << "- " << Printable(effect) << "\n";
  if (!options.yes) std::cout << "nothing has been done: add --yes to withdraw it\n";
  return kExitOk;
}

int List(Session& session) {
  const auto response =
      Call<Admin>(session, Peer::kPa, &Admin::Stub::ListAuthorities, sti::v1::ListAuthoritiesRequest());
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const Authority& authority : response->authorities()) {
    rows.push_back({authority.id(), StateText(authority.state()), EndText(authority), authority.name(),
                    authority.subject()});
  }
  PrintTable({"ID", "STATE", "UNTIL", "NAME", "ROOT"}, rows);
  std::cout << "trust list sequence " << response->trust_list_sequence() << "\n";
  return kExitOk;
}

}  // namespace

void AddPaAuthorityCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(app, "ca", "approved STI-CAs: the trust list");
  group->alias("authority");
  AddCommand<ApproveOptions>(
      *group, "approve", "put an STI-CA's root on the trust list, or give its approval another end",
      [](CLI::App& command, ApproveOptions& options) {
        command.add_option("--name", options.name, "name of the STI-CA")->required();
        command.add_option("--root", options.root_file, "PEM file with its root certificate")->required();
        command.add_option("--until", options.until,
                           "end of the approval, 2030-12-31T00:00:00Z (default: the root's notAfter)");
      },
      [&session](const ApproveOptions& options) { return Approve(session, options); }, exit_code);
  AddCommand<WithdrawOptions>(
      *group, "withdraw",
      "show what taking an STI-CA off the trust list would do; with --yes, do it: all its certificates stop "
      "being trusted",
      [](CLI::App& command, WithdrawOptions& options) {
        command.add_option("ID", options.id, "id, as shown by list")->required();
        command.add_option("--note", options.note, "why; for the audit");
        command.add_flag("--yes", options.yes, "do it");
      },
      [&session](const WithdrawOptions& options) { return Withdraw(session, options); }, exit_code);
  AddCommand<NoOptions>(
      *group, "list", "STI-CAs and their state", [](CLI::App&, NoOptions&) {},
      [&session](const NoOptions&) { return List(session); }, exit_code);
}

}  // namespace sti::stictl
