#include "services/stictl/number_commands.h"

#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "proto/sti/v1/policy_admin.grpc.pb.h"
#include "proto/sti/v1/trust.grpc.pb.h"
#include "services/stictl/effects_text.h"
#include "services/stictl/number_csv.h"
#include "services/stictl/rpc_call.h"

namespace sti::stictl {
namespace {

using Admin = sti::v1::PolicyAdmin;

struct RangeOptions {
  std::string spc, start;
  uint64_t count = 1;
  bool yes = false;  // of withdraw
};

struct FileOption {
  std::string file;
};

struct ListOptions {
  std::string spc;
  int page_size = 100;
  std::string page_token;
};

template <typename Request>
void AddRange(const std::string& spc, const std::string& start, uint64_t count, Request& request) {
  auto* range = request.add_numbers();
  range->set_spc(spc);
  range->set_start(start);
  range->set_count(count);
}

template <typename Response>
int PrintChange(const Session& session, const Response& response, absl::string_view what) {
  if (session.output.json()) {
    PrintMessage(response);
  } else {
    std::cout << what << "; number list sequence " << response.number_list_sequence() << "\n";
  }
  return kExitOk;
}

int Assign(Session& session, const RangeOptions& options) {
  sti::v1::AssignNumbersRequest request;
  AddRange(options.spc, options.start, options.count, request);
  const auto response = Call<Admin>(session, Peer::kPa, &Admin::Stub::AssignNumbers, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  return PrintChange(session, *response,
                     absl::StrCat("assigned ", options.count, " from ", options.start, " to ", options.spc));
}

int Withdraw(Session& session, const RangeOptions& options) {
  sti::v1::WithdrawNumbersRequest request;
  AddRange(options.spc, options.start, options.count, request);
  request.set_dry_run(!options.yes);
  const auto response = Call<Admin>(session, Peer::kPa, &Admin::Stub::WithdrawNumbers, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  PrintEffects(response->effects(), options.yes);
  std::cout << "number list sequence " << response->number_list_sequence() << "\n";
  return kExitOk;
}

// sti-pa counts ranges, people count lines: "numbers[3].spc" becomes "line 5".
absl::Status AtLine(const absl::Status& status, const std::vector<NumberLine>& lines) {
  const std::string field = FieldOf(status);
  absl::string_view rest = field;
  size_t index = 0;
  if (!absl::ConsumePrefix(&rest, "numbers[") || !absl::SimpleAtoi(rest.substr(0, rest.find(']')), &index) ||
      index >= lines.size()) {
    return status;
  }
  return MakeError(ReasonOf(status), absl::StrCat("line ", lines[index].line), status.message());
}

int Import(Session& session, const FileOption& option) {
  const auto text = ReadOptionFile("FILE", option.file, limits::kNumberList);
  if (!text.ok()) return UsageError(session.output, text.status());
  const auto lines = ParseNumberCsv(*text);
  if (!lines.ok()) return UsageError(session.output, lines.status());
  sti::v1::AssignNumbersRequest request;
  for (const NumberLine& line : *lines) AddRange(line.spc, line.start, line.count, request);
  const auto response = Call<Admin>(session, Peer::kPa, &Admin::Stub::AssignNumbers, request);
  if (!response.ok()) return FailCall(session.output, AtLine(response.status(), *lines));
  return PrintChange(session, *response, absl::StrCat("assigned ", lines->size(), " ranges"));
}

int List(Session& session, const ListOptions& options) {
  sti::v1::ListNumbersRequest request;
  request.set_spc(options.spc);
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  const auto response = Call<Admin>(session, Peer::kPa, &Admin::Stub::ListNumbers, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& range : response->numbers())
    rows.push_back({range.spc(), range.start(), absl::StrCat(range.count())});
  PrintTable({"SPC", "START", "COUNT"}, rows);
  std::cout << "number list sequence " << response->number_list_sequence() << "\n";
  if (!response->next_page_token().empty())
    std::cout << "more: --page-token " << response->next_page_token() << "\n";
  return kExitOk;
}

int Show(Session& session) {
  const auto response =
      Call<sti::v1::Trust>(session, Peer::kPa, &sti::v1::Trust::Stub::GetNumberAuthorityList,
                           sti::v1::GetNumberAuthorityListRequest());
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
  } else {
    std::cout << response->number_list() << "\n";
  }
  return kExitOk;
}

void DeclareRange(CLI::App& command, RangeOptions& options) {
  command.add_option("--spc", options.spc, "Service Provider Code")->required();
  command.add_option("--start", options.start, "first number: digits with the country code, no +")
      ->required();
  command.add_option("--count", options.count, "how many numbers (default 1)");
}

}  // namespace

void AddNumberCommands(CLI::App& pa, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(pa, "number", "which numbers each SPC may use: the number authority list");
  AddCommand<RangeOptions>(
      *group, "assign", "numbers become an SPC's",
      [](CLI::App& command, RangeOptions& options) {
        DeclareRange(command, options);
        command.footer("Example: stictl pa number assign --spc 1234 --start 12155551000 --count 1000");
      },
      [&session](const RangeOptions& options) { return Assign(session, options); }, exit_code);
  AddCommand<RangeOptions>(
      *group, "withdraw",
      "show what taking numbers from an SPC would do; with --yes, do it. Part of a range may go",
      [](CLI::App& command, RangeOptions& options) {
        DeclareRange(command, options);
        command.add_flag("--yes", options.yes, "do it");
      },
      [&session](const RangeOptions& options) { return Withdraw(session, options); }, exit_code);
  AddCommand<FileOption>(
      *group, "import", "assign the ranges of a file, all or none",
      [](CLI::App& command, FileOption& option) {
        command.add_option("FILE", option.file, "lines \"spc,start,count\"; # begins a comment")->required();
      },
      [&session](const FileOption& option) { return Import(session, option); }, exit_code);
  AddCommand<ListOptions>(
      *group, "list", "assigned ranges by number",
      [](CLI::App& command, ListOptions& options) {
        command.add_option("--spc", options.spc, "only of this SPC");
        command.add_option("--page-size", options.page_size, "1 to 1000 (default 100)");
        command.add_option("--page-token", options.page_token, "as printed after the page before");
      },
      [&session](const ListOptions& options) { return List(session, options); }, exit_code);
  AddCommand<NoOptions>(
      *group, "show", "print the signed list, a JWS", [](CLI::App&, NoOptions&) {},
      [&session](const NoOptions&) { return Show(session); }, exit_code);
}

}  // namespace sti::stictl
