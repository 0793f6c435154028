#include "services/stictl/as_number_commands.h"

#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/rpc/status.h"
#include "proto/sti/v1/provisioning.grpc.pb.h"
#include "services/stictl/as_options.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_option.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Provisioning = sti::v1::Provisioning;

// Ten million rows take minutes; a deadline of seconds would be for nothing.
constexpr std::chrono::minutes kLongest{60};
constexpr size_t kPiece = 256 * 1024;

struct RangeOptions : ProviderOption {
  std::string customer, first, last, until;
  bool letter = false, yes = false;
};

struct ListOptions : ProvisioningPageOptions {
  std::string customer, number;
};

struct ImportOptions : ProviderOption {
  std::string file;
  bool replace = false, dry_run = false, yes = false;
};

struct ExportOptions : ProviderOption {
  std::string customer;
};

void SetRange(const RangeOptions& options, sti::v1::CustomerNumbers& numbers) {
  numbers.set_customer(options.customer);
  numbers.set_first(options.first);
  numbers.set_last(options.last);
  numbers.set_letter(options.letter);
}

int Add(Session& session, const RangeOptions& options) {
  sti::v1::AddNumbersRequest request;
  request.set_provider(options.provider);
  sti::v1::CustomerNumbers& numbers = *request.add_numbers();
  SetRange(options, numbers);
  if (!options.until.empty()) {
    const absl::Status set = SetTime("--until", options.until, *numbers.mutable_until());
    if (!set.ok()) return UsageError(session.output, set);
  }
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::AddNumbers, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
  } else {
    std::cout << options.customer << " has " << response->numbers() << " numbers from " << options.first
              << " on\n";
  }
  return kExitOk;
}

int Remove(Session& session, const RangeOptions& options) {
  sti::v1::RemoveNumbersRequest request;
  request.set_provider(options.provider);
  SetRange(options, *request.add_numbers());
  request.set_dry_run(!options.yes);
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::RemoveNumbers, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::cout << response->numbers() << " numbers from " << options.first << " on are no longer "
            << options.customer << "'s\n";
  PrintNotDone(options.yes);
  return kExitOk;
}

int List(Session& session, const ListOptions& options) {
  sti::v1::ListCustomerNumbersRequest request;
  SetPage(options, request);
  request.set_customer(options.customer);
  request.set_number(options.number);
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::ListNumbers, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const sti::v1::CustomerNumbers& numbers : response->numbers()) {
    rows.push_back({numbers.customer(), numbers.first(), numbers.last(), numbers.letter() ? "letter" : "own",
                    numbers.has_until() ? TimeText(numbers.until()) : ""});
  }
  PrintTable({"CUSTOMER", "FIRST", "LAST", "RIGHT", "UNTIL"}, rows);
  PrintMore(response->next_page_token());
  return kExitOk;
}

std::unique_ptr<grpc::ClientContext> LongContext(Session& session) {
  auto context = session.Context();
  context->set_deadline(std::chrono::system_clock::now() + kLongest);
  return context;
}

int PrintImport(const Session& session, const sti::v1::ImportNumbersResponse& response, bool done) {
  const bool good = response.problems().empty();
  if (session.output.json()) {
    PrintMessage(response);
    return good ? kExitOk : kExitRefused;
  }
  for (const sti::v1::ImportProblem& problem : response.problems()) {
    std::cerr << "line " << problem.line() << ": " << problem.error().reason()
              << (problem.error().field().empty() ? "" : " " + problem.error().field()) << ": "
              << Printable(problem.error().text()) << "\n";
  }
  if (response.more_problems()) std::cerr << "and more\n";
  if (!good) {
    std::cerr << "nothing has been imported\n";
    return kExitRefused;
  }
  std::cout << response.rows() << " rows, " << response.numbers()
            << " numbers; taken away: " << response.removed() << "\n";
  PrintNotDone(done);
  return kExitOk;
}

int Import(Session& session, const ImportOptions& options) {
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file, std::ios::in | std::ios::binary);
    if (!file.is_open()) {
      return UsageError(session.output,
                        MakeError(Reason::kNotFound, "FILE", absl::StrCat("cannot open ", options.file)));
    }
  }
  std::istream& input = options.file == "-" ? std::cin : file;
  const auto channel = session.Open(Peer::kAs);
  if (!channel.ok()) return FailCall(session.output, channel.status());
  const std::unique_ptr<Provisioning::Stub> stub = Provisioning::NewStub(*channel);
  const auto context = LongContext(session);
  sti::v1::ImportNumbersResponse response;
  const auto writer = stub->ImportNumbers(context.get(), &response);
  // What takes numbers away is a dry run without --yes.
  const bool dry_run = options.dry_run || (options.replace && !options.yes);
  sti::v1::ImportNumbersRequest part;
  part.mutable_header()->set_provider(options.provider);
  part.mutable_header()->set_replace(options.replace);
  part.mutable_header()->set_dry_run(dry_run);
  bool open = writer->Write(part);
  std::vector<char> piece(kPiece);
  while (open &&
         (input.read(piece.data(), static_cast<std::streamsize>(piece.size())) || input.gcount() > 0)) {
    part.set_csv(piece.data(), static_cast<size_t>(input.gcount()));
    open = writer->Write(part);
  }
  if (input.bad()) {
    context->TryCancel();
    writer->Finish();
    return UsageError(session.output, MakeError(Reason::kNotFound, "FILE", "cannot be read to its end"));
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (!status.ok()) return FailCall(session.output, rpc::FromGrpcStatus(status));
  return PrintImport(session, response, !dry_run);
}

int Export(Session& session, const ExportOptions& options) {
  const auto channel = session.Open(Peer::kAs);
  if (!channel.ok()) return FailCall(session.output, channel.status());
  const std::unique_ptr<Provisioning::Stub> stub = Provisioning::NewStub(*channel);
  const auto context = LongContext(session);
  sti::v1::ExportNumbersRequest request;
  request.set_provider(options.provider);
  request.set_customer(options.customer);
  const auto reader = stub->ExportNumbers(context.get(), request);
  sti::v1::ExportNumbersResponse part;
  while (reader->Read(&part)) std::cout << part.csv();
  std::cout.flush();
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return FailCall(session.output, rpc::FromGrpcStatus(status));
  if (std::cout.good()) return kExitOk;
  return UsageError(session.output, MakeError(Reason::kInternal, "", "standard output takes no more"));
}

void DeclareRange(CLI::App& command, RangeOptions& options) {
  DeclareProvider(command, options);
  command.add_option("--customer", options.customer, "id of the customer")->required();
  command.add_option("--first", options.first, "the number, or the first of a range, in any notation")
      ->required();
  command.add_option("--last", options.last, "the last of a range");
  command.add_flag("--letter", options.letter, "by a letter of authorization, not as the customer's own");
}

}  // namespace

void AddAsNumberCommands(CLI::App& as, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(as, "number", "which numbers customers may use: their own, and by letters");
  AddCommand<RangeOptions>(
      *group, "add", "give a customer a number or a range",
      [](CLI::App& command, RangeOptions& options) {
        DeclareRange(command, options);
        command.add_option("--until", options.until,
                           "end of the right: RFC 3339, or a date (UTC); needed for letters");
        command.footer(
            "Example: stictl as number add --customer acme --first 12155550100 --last 12155550199");
      },
      [&session](const RangeOptions& options) { return Add(session, options); }, exit_code);
  AddCommand<RangeOptions>(
      *group, "remove",
      "show what taking numbers from a customer would do; with --yes, do it. Part of a range may go",
      [](CLI::App& command, RangeOptions& options) {
        DeclareRange(command, options);
        command.add_flag("--yes", options.yes, "do it");
      },
      [&session](const RangeOptions& options) { return Remove(session, options); }, exit_code);
  AddCommand<ListOptions>(
      *group, "list", "numbers by first number",
      [](CLI::App& command, ListOptions& options) {
        DeclarePage(command, options);
        command.add_option("--customer", options.customer, "only of this customer");
        command.add_option("--number", options.number, "only ranges that hold this number");
      },
      [&session](const ListOptions& options) { return List(session, options); }, exit_code);
  AddCommand<ImportOptions>(
      *group, "import", "add the numbers of a CSV file, all or none",
      [](CLI::App& command, ImportOptions& options) {
        DeclareProvider(command, options);
        command
            .add_option("FILE", options.file,
                        "lines \"customer,first,last,right,until\"; - for standard input")
            ->required();
        CLI::Option* replace = command.add_flag(
            "--replace", options.replace,
            "take away all numbers that the file does not have; shows it only, without --yes");
        command.add_flag("--yes", options.yes, "with --replace: do it")->needs(replace);
        command.add_flag("--dry-run", options.dry_run, "only check the file");
        command.footer(
            "right: own or letter. until: RFC 3339 or a date, needed for letters. # begins a comment.");
      },
      [&session](const ImportOptions& options) { return Import(session, options); }, exit_code);
  AddCommand<ExportOptions>(
      *group, "export", "print the numbers as the CSV file that import reads",
      [](CLI::App& command, ExportOptions& options) {
        DeclareProvider(command, options);
        command.add_option("--customer", options.customer, "only of this customer");
      },
      [&session](const ExportOptions& options) { return Export(session, options); }, exit_code);
}

}  // namespace sti::stictl
