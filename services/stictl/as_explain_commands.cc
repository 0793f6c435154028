#include "services/stictl/as_explain_commands.h"

#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/reason.h"
#include "proto/sti/v1/provisioning.grpc.pb.h"
#include "services/stictl/as_dry_run.h"
#include "services/stictl/as_options.h"
#include "services/stictl/rpc_call.h"

namespace sti::stictl {
namespace {

using Provisioning = sti::v1::Provisioning;

constexpr size_t kPiece = 64 * 1024;

struct ExplainOptions : ProviderOption {
  std::string orig, dest, trunk, customer, attest, client;
};

struct OrigidOption : ProviderOption {
  std::string origid;
};

struct FileOption : ProviderOption {
  std::string file;
};

int Explain(Session& session, const ExplainOptions& options) {
  sti::v1::ExplainCallsRequest request;
  request.set_provider(options.provider);
  sti::v1::CallToExplain& call = *request.add_calls();
  call.set_orig(options.orig);
  call.set_dest(options.dest);
  call.set_trunk(options.trunk);
  call.set_customer(options.customer);
  call.set_client(options.client);
  sti::v1::Attestation attest;
  const absl::Status set = SetAttest("--attest", options.attest, attest);
  if (!set.ok()) return UsageError(session.output, set);
  call.set_attest(attest);
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::ExplainCalls, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (response->calls_size() != 1) {
    return FailCall(session.output, MakeError(Reason::kInternal, "calls", "no answer about the call"));
  }
  const sti::v1::ExplainedCall& explained = response->calls(0);
  const int code = explained.has_error() ? kExitNegative : kExitOk;
  if (session.output.json()) {
    PrintMessage(explained);
    return code;
  }
  std::cout << (explained.has_error()
                    ? Red(session.output, absl::StrCat("refused ", explained.error().reason()))
                    : Green(session.output, absl::StrCat("attest ", AttestationLetter(explained.attest()))))
            << "\n";
  PrintFields({{"rule", explained.rule()},
               {"because", Printable(explained.error().text())},
               {"customer", explained.customer()},
               {"trunk", explained.trunk()}});
  for (const std::string& step : explained.steps()) std::cout << "- " << Printable(step) << "\n";
  return code;
}

codec::JsonObject Json(const std::map<std::string, int64_t>& counts) {
  codec::JsonObject json;
  for (const auto& [name, count] : counts) json.emplace_back(name, count);
  return json;
}

void PrintShares(const std::string& heading, const std::map<std::string, int64_t>& counts, int64_t all) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, count] : counts) {
    rows.push_back(
        {Printable(name), absl::StrCat(count),
         absl::StrFormat("%.2f %%", 100.0 * static_cast<double>(count) / static_cast<double>(all))});
  }
  PrintTable({heading, "CALLS", "SHARE"}, rows);
}

int Print(const Session& session, const DryRunResult& result) {
  const int code = result.bad == 0 ? kExitOk : kExitNegative;
  if (session.output.json()) {
    PrintJson(
        codec::JsonObject{{"attests", Json(result.attests)},
                          {"bad", result.bad},
                          {"bad_lines", codec::JsonArray(result.bad_lines.begin(), result.bad_lines.end())},
                          {"calls", result.calls},
                          {"rules", Json(result.rules)}});
    return code;
  }
  if (result.calls > 0) {
    PrintShares("ATTEST", result.attests, result.calls);
    PrintShares("RULE", result.rules, result.calls);
  }
  std::cout << result.calls << " calls, " << result.bad << " bad lines\n";
  for (const std::string& line : result.bad_lines) std::cerr << Printable(line) << "\n";
  if (static_cast<size_t>(result.bad) > result.bad_lines.size()) std::cerr << "and more\n";
  return code;
}

int RunDry(Session& session, const FileOption& option) {
  std::ifstream file;
  if (option.file != "-") {
    file.open(option.file, std::ios::in | std::ios::binary);
    if (!file.is_open()) {
      return UsageError(session.output,
                        MakeError(Reason::kNotFound, "FILE", absl::StrCat("cannot open ", option.file)));
    }
  }
  std::istream& input = option.file == "-" ? std::cin : file;
  DryRun run(option.provider, [&session](const sti::v1::ExplainCallsRequest& request) {
    return Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::ExplainCalls, request);
  });
  std::vector<char> piece(kPiece);
  while (input.read(piece.data(), static_cast<std::streamsize>(piece.size())) || input.gcount() > 0) {
    const absl::Status fed = run.Feed({piece.data(), static_cast<size_t>(input.gcount())});
    if (!fed.ok()) return FailCall(session.output, fed);
  }
  const auto result = run.Finish();
  if (!result.ok()) return FailCall(session.output, result.status());
  return Print(session, *result);
}

int FindOrigid(Session& session, const OrigidOption& option) {
  sti::v1::FindOrigidRequest request;
  request.set_provider(option.provider);
  request.set_origid(option.origid);
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::FindOrigid, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
  } else {
    PrintFields({{"customer", response->customer()}, {"trunk", response->trunk()}});
  }
  return kExitOk;
}

}  // namespace

void AddAsExplainCommands(CLI::App& as, Session& session, int& exit_code) {
  AddCommand<ExplainOptions>(
      as, "explain", "how a call would be attested, and which rule decides; nothing is signed",
      [](CLI::App& command, ExplainOptions& options) {
        DeclareProvider(command, options);
        command.add_option("--orig", options.orig, "calling number or URI")->required();
        command.add_option("--dest", options.dest, "called number or URI")->required();
        command.add_option("--trunk", options.trunk, "trunk that the call would name");
        command.add_option("--customer", options.customer, "customer that the call would name");
        command.add_option("--attest", options.attest, "attest that would be asked for: A, B or C");
        command.add_option("--client", options.client,
                           "client that would ask (default: one that decides nothing)");
      },
      [&session](const ExplainOptions& options) { return Explain(session, options); }, exit_code);
  AddCommand<OrigidOption>(
      as, "origid", "which trunk or customer an origid stands for; those of single calls: as trace --origid",
      [](CLI::App& command, OrigidOption& option) {
        DeclareProvider(command, option);
        command.add_option("ORIGID", option.origid, "the origid")->required();
      },
      [&session](const OrigidOption& option) { return FindOrigid(session, option); }, exit_code);
  AddCommand<FileOption>(
      as, "dry-run", "how the calls of a file would be attested: how many which way, and by which rules",
      [](CLI::App& command, FileOption& option) {
        DeclareProvider(command, option);
        command
            .add_option("FILE", option.file,
                        "lines \"orig,dest,trunk,customer,attest,client\"; - for standard input")
            ->required();
      },
      [&session](const FileOption& option) { return RunDry(session, option); }, exit_code);
}

}  // namespace sti::stictl
