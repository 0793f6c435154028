#include "services/stictl/audit_command.h"

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "proto/sti/v1/audit.grpc.pb.h"
#include "services/stictl/audit_source.h"
#include "services/stictl/audit_verifier.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_option.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

struct DaemonOptions {
  bool ca = false, pa = false, as = false;
};

struct VerifyOptions : DaemonOptions {
  std::vector<std::string> files;
  std::string after;
};

struct ListOptions : DaemonOptions {
  std::string spc, object, from, to, page_token;
  int page_size = 100;
};

std::optional<Peer> PeerOf(const DaemonOptions& options) {
  if (options.ca) return Peer::kCa;
  if (options.pa) return Peer::kPa;
  if (options.as) return Peer::kAs;
  return std::nullopt;
}

void DeclareDaemon(CLI::App& command, DaemonOptions& options) {
  CLI::Option* ca = command.add_flag("--ca", options.ca, "the audit of sti-ca");
  CLI::Option* pa = command.add_flag("--pa", options.pa, "the audit of sti-pa")->excludes(ca);
  command.add_flag("--as", options.as, "the audit of sti-as: changes of the provisioning")
      ->excludes(ca)
      ->excludes(pa);
}

int NoDaemon(const Session& session) {
  return UsageError(session.output, MakeError(Reason::kMissingField, "--ca, --pa, --as", "whose audit?"));
}

// "SEQ:HASH", as verify and head print it.
absl::StatusOr<store::AuditChain> BeginOf(const std::string& after) {
  if (after.empty()) return store::AuditChain();
  const std::pair<std::string, std::string> parts = absl::StrSplit(after, absl::MaxSplits(':', 1));
  int64_t seq = 0;
  if (!absl::SimpleAtoi(parts.first, &seq) || seq < 0 ||
      parts.second.size() != std::string(store::kAuditSeed).size()) {
    return MakeError(Reason::kInvalidField, "--after", "not SEQ:HASH, as \"audit head\" prints it");
  }
  return store::AuditChain(seq, parts.second);
}

// Exit code 1 is for an audit that is broken.
int FailVerify(const Output& output, const absl::Status& status) {
  if (ReasonOf(status) == Reason::kNotFound) return UsageError(output, status);
  const int code = FailCall(output, status);
  return ReasonOf(status) == Reason::kAuditBroken ? kExitNegative : code;
}

absl::Status Walk(Session& session, const VerifyOptions& options, store::AuditChain& chain) {
  std::unique_ptr<AuditTable> table;
  if (const std::optional<Peer> peer = PeerOf(options)) {
    STI_ASSIGN_OR_RETURN(table, AuditTable::Open(session, *peer, std::max<int64_t>(chain.seq() - 1, 0)));
  }
  AuditFiles files(options.files);
  if (table == nullptr) return WalkAudit(files, chain);
  return options.files.empty() ? WalkAudit(*table, chain)
                               : CompareAudits(*table, files, chain, SystemClock::Instance().TimeNow());
}

int Verify(Session& session, const VerifyOptions& options) {
  if (options.files.empty() && !PeerOf(options)) {
    return UsageError(session.output, MakeError(Reason::kMissingField, "FILE",
                                                "give audit files, or --ca, --pa or --as, or both"));
  }
  const auto begin = BeginOf(options.after);
  if (!begin.ok()) return UsageError(session.output, begin.status());
  store::AuditChain chain = *begin;
  const absl::Status walked = Walk(session, options, chain);
  if (!walked.ok()) return FailVerify(session.output, walked);
  const int64_t events = chain.seq() - begin->seq();
  if (session.output.json()) {
    PrintJson(
        codec::JsonObject{{"events", events}, {"hash", chain.hash()}, {"ok", true}, {"seq", chain.seq()}});
  } else {
    std::cout << Green(session.output, "OK") << ": " << events << (events == 1 ? " event" : " events")
              << ", none missing or changed\n"
              << "head: " << chain.seq() << ":" << chain.hash() << "\n";
  }
  return kExitOk;
}

int Head(Session& session, const VerifyOptions& options) {
  if (!PeerOf(options)) return NoDaemon(session);
  const auto begin = BeginOf(options.after);
  if (!begin.ok()) return UsageError(session.output, begin.status());
  store::AuditChain chain = *begin;
  const absl::Status walked = Walk(session, options, chain);
  if (!walked.ok()) return FailVerify(session.output, walked);
  if (session.output.json()) {
    PrintJson(codec::JsonObject{{"hash", chain.hash()}, {"seq", chain.seq()}});
  } else {
    std::cout << chain.seq() << ":" << chain.hash() << "\n";
  }
  return kExitOk;
}

absl::StatusOr<sti::v1::ListAuditEventsRequest> RequestOf(const ListOptions& options) {
  sti::v1::ListAuditEventsRequest request;
  request.set_spc(options.spc);
  request.set_object(options.object);
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  if (!options.from.empty()) STI_RETURN_IF_ERROR(SetTime("--from", options.from, *request.mutable_from()));
  if (!options.to.empty()) STI_RETURN_IF_ERROR(SetTime("--to", options.to, *request.mutable_to()));
  return request;
}

int List(Session& session, const ListOptions& options) {
  const std::optional<Peer> peer = PeerOf(options);
  if (!peer) return NoDaemon(session);
  const auto request = RequestOf(options);
  if (!request.ok()) return UsageError(session.output, request.status());
  const auto response =
      Call<sti::v1::Audit>(session, *peer, &sti::v1::Audit::Stub::ListAuditEvents, *request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& event : response->events()) {
    rows.push_back({absl::StrCat(event.seq()), TimeText(event.time()), event.client(), event.action(),
                    event.object(), absl::StrJoin(event.spcs(), ","), event.outcome()});
  }
  PrintTable({"SEQ", "TIME", "CLIENT", "ACTION", "OBJECT", "SPCS", "OUTCOME"}, rows);
  if (!response->next_page_token().empty())
    std::cout << "more, also later: --page-token " << response->next_page_token() << "\n";
  return kExitOk;
}

void DeclareAfter(CLI::App& command, VerifyOptions& options) {
  command.add_option("--after", options.after,
                     "SEQ:HASH of an event that was verified before; go on after it");
}

}  // namespace

void AddAuditCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group =
      AddGroup(app, "audit", "who did what at sti-ca, sti-pa and sti-as, and whether nobody changed it");
  AddCommand<VerifyOptions>(
      *group, "verify", "look for missing and changed events",
      [](CLI::App& command, VerifyOptions& options) {
        command.add_option("FILE", options.files, "audit files, the oldest first; - for standard input");
        DeclareDaemon(command, options);
        DeclareAfter(command, options);
        command.footer("With files and --ca, --pa or --as the daemon's table is compared with the files.");
      },
      [&session](const VerifyOptions& options) { return Verify(session, options); }, exit_code);
  AddCommand<VerifyOptions>(
      *group, "head", "verify a daemon's audit, and print SEQ:HASH of its last event, to be kept elsewhere",
      [](CLI::App& command, VerifyOptions& options) {
        DeclareDaemon(command, options);
        DeclareAfter(command, options);
      },
      [&session](const VerifyOptions& options) { return Head(session, options); }, exit_code);
  AddCommand<ListOptions>(
      *group, "list", "events, the oldest first; with --output json also what was before and after",
      [](CLI::App& command, ListOptions& options) {
        DeclareDaemon(command, options);
        command.add_option("--spc", options.spc, "only about this SPC");
        command.add_option("--object", options.object, "only about this object, such as certificate/0A1B");
        command.add_option("--from", options.from, "only from this time on: RFC 3339, or a date (UTC)");
        command.add_option("--to", options.to, "only before this time");
        command.add_option("--page-size", options.page_size, "1 to 1000 (default 100)");
        command.add_option("--page-token", options.page_token, "as printed after the page before");
      },
      [&session](const ListOptions& options) { return List(session, options); }, exit_code);
}

}  // namespace sti::stictl
