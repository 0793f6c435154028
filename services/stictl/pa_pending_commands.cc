#include "services/stictl/pa_pending_commands.h"

#include <iostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "proto/sti/v1/policy_admin.grpc.pb.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Admin = sti::v1::PolicyAdmin;
using sti::v1::PendingChange;

struct ListOptions {
  bool all = false;
  int page_size = 100;
  std::string page_token;
};

struct DecideOptions {
  std::string id, note;
};

std::string StateText(PendingChange::State state) {
  switch (state) {
    case PendingChange::STATE_PENDING:
      return "pending";
    case PendingChange::STATE_APPROVED:
      return "approved";
    case PendingChange::STATE_REJECTED:
      return "rejected";
    case PendingChange::STATE_EXPIRED:
      return "expired";
    default:
      return "unknown";
  }
}

int PrintChange(const Session& session, const PendingChange& change) {
  if (session.output.json()) {
    PrintMessage(change);
    return kExitOk;
  }
  PrintFields({{"change", change.id()},
               {"action", change.action()},
               {"object", change.object()},
               {"what", change.summary()},
               {"asked by", change.requested_by()},
               {"asked", TimeText(change.requested())},
               {"expires", TimeText(change.expires())},
               {"state", StateText(change.state())},
               {"decided by", change.decided_by()},
               {"decided", change.has_decided() ? TimeText(change.decided()) : ""},
               {"note", change.note()}});
  return kExitOk;
}

int List(Session& session, const ListOptions& options) {
  sti::v1::ListPendingChangesRequest request;
  request.set_include_decided(options.all);
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  const auto response = Call<Admin>(session, Peer::kPa, &Admin::Stub::ListPendingChanges, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const PendingChange& change : response->changes()) {
    rows.push_back({change.id(), StateText(change.state()), TimeText(change.expires()), change.requested_by(),
                    change.action(), change.object()});
  }
  PrintTable({"ID", "STATE", "EXPIRES", "ASKED BY", "ACTION", "OBJECT"}, rows);
  if (!response->next_page_token().empty())
    std::cout << "more: --page-token " << response->next_page_token() << "\n";
  return kExitOk;
}

// Page by page; those that wait first, since it mostly is one of them.
absl::StatusOr<PendingChange> Find(Session& session, const std::string& id) {
  for (const bool include_decided : {false, true}) {
    sti::v1::ListPendingChangesRequest request;
    request.set_include_decided(include_decided);
    request.set_page_size(1000);
    do {
      const auto response = Call<Admin>(session, Peer::kPa, &Admin::Stub::ListPendingChanges, request);
      if (!response.ok()) return response.status();
      for (const PendingChange& change : response->changes()) {
        if (change.id() == id) return change;
      }
      request.set_page_token(response->next_page_token());
    } while (!request.page_token().empty());
  }
  return MakeError(Reason::kNotFound, "ID", absl::StrCat("there is no change \"", id, "\""));
}

int Show(Session& session, const std::string& id) {
  const absl::StatusOr<PendingChange> change = Find(session, id);
  if (!change.ok()) return FailCall(session.output, change.status());
  return PrintChange(session, *change);
}

template <typename Request>
int Decide(Session& session, const DecideOptions& options,
           grpc::Status (Admin::Stub::*method)(grpc::ClientContext*, const Request&, PendingChange*)) {
  Request request;
  request.set_id(options.id);
  request.set_note(options.note);
  const auto response = Call<Admin>(session, Peer::kPa, method, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  return PrintChange(session, *response);
}

void DeclareId(CLI::App& command, DecideOptions& options) {
  command.add_option("ID", options.id, "id, as shown by list")->required();
}

}  // namespace

void AddPaPendingCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(app, "pending", "changes that wait for a second admin");
  AddCommand<ListOptions>(
      *group, "list", "what waits, newest first",
      [](CLI::App& command, ListOptions& options) {
        command.add_flag("--all", options.all, "also what was decided or has expired");
        command.add_option("--page-size", options.page_size, "1 to 1000 (default 100)");
        command.add_option("--page-token", options.page_token, "as printed after the page before");
      },
      [&session](const ListOptions& options) { return List(session, options); }, exit_code);
  AddCommand<DecideOptions>(
      *group, "show", "one change, with what it would do", DeclareId,
      [&session](const DecideOptions& options) { return Show(session, options.id); }, exit_code);
  AddCommand<DecideOptions>(
      *group, "approve", "do what somebody else has asked for",
      [](CLI::App& command, DecideOptions& options) {
        DeclareId(command, options);
        command.add_option("--note", options.note, "what was checked; for the audit");
      },
      [&session](const DecideOptions& options) {
        return Decide<sti::v1::ApproveChangeRequest>(session, options, &Admin::Stub::ApproveChange);
      },
      exit_code);
  AddCommand<DecideOptions>(
      *group, "reject", "refuse it, or take back what you have asked for yourself",
      [](CLI::App& command, DecideOptions& options) {
        DeclareId(command, options);
        command.add_option("--note", options.note, "why; for the audit")->required();
      },
      [&session](const DecideOptions& options) {
        return Decide<sti::v1::RejectChangeRequest>(session, options, &Admin::Stub::RejectChange);
      },
      exit_code);
}

}  // namespace sti::stictl
