#include "services/as/number_registry.h"

#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/page.h"
#include "services/as/customer_records.h"
#include "services/as/number_change.h"
#include "services/as/number_csv.h"
#include "services/as/number_records.h"
#include "services/as/number_row.h"
#include "services/as/number_text.h"
#include "services/as/provisioning_journal.h"

namespace sti::as {
namespace {

constexpr char kListing[] = "customer-numbers";
constexpr int64_t kExportPage = 5000;

std::string Element(size_t index) { return absl::StrCat("numbers[", index, "]"); }

struct Rows {
  std::vector<NumberRow> rows;
  std::vector<std::string> names;
  int64_t numbers = 0;
};

absl::StatusOr<NumberRow> ParseOne(const NumberRequest& request, NumberAction action,
                                   const stir::NumberingPlan& plan) {
  STI_RETURN_IF_ERROR(CheckProvisionedName("customer", request.customer));
  STI_ASSIGN_OR_RETURN(const NumberRange range, ParseNumberRange(request.first, request.last, plan));
  NumberRow row;
  row.first = range.first;
  row.last = range.last;
  row.letter = request.letter;
  const bool ends = request.until != absl::InfiniteFuture();
  if (action == NumberAction::kRemove) {
    if (ends) return MakeError(Reason::kInvalidField, "until", "a number is removed whenever its right ends");
    return row;
  }
  if (ends) {
    STI_ASSIGN_OR_RETURN(row.ends, CheckEnd(request.until));
  } else if (row.letter) {
    return MakeError(Reason::kMissingField, "until", "a letter of authorization has an end");
  }
  return row;
}

absl::StatusOr<Rows> ParseAll(absl::Span<const NumberRequest> requests, NumberAction action,
                              const stir::NumberingPlan& plan) {
  if (requests.empty()) return MakeError(Reason::kMissingField, "numbers", "at least one is needed");
  if (requests.size() > limits::kNumbersPerRequest) {
    return MakeError(Reason::kTooLarge, "numbers", absl::StrCat("more than ", limits::kNumbersPerRequest));
  }
  Rows all;
  std::map<std::string, uint32_t> names;
  for (size_t i = 0; i < requests.size(); ++i) {
    absl::StatusOr<NumberRow> row = ParseOne(requests[i], action, plan);
    if (!row.ok()) return PrefixField(Element(i), row.status());
    const auto [name, is_new] = names.emplace(requests[i].customer, all.names.size());
    if (is_new) all.names.push_back(requests[i].customer);
    row->customer = name->second;
    row->place = static_cast<uint32_t>(i);
    all.numbers = AddCounts(all.numbers, CountOf(row->first, row->last));
    all.rows.push_back(*row);
  }
  SortRows(absl::MakeSpan(all.rows));
  return all;
}

absl::Status FirstOf(const NumberProblems& problems) {
  if (problems.none()) return absl::OkStatus();
  return PrefixField(Element(problems.first[0].place), problems.first[0].status);
}

// "12155550121:0:acme"
std::string PositionText(const CustomerNumbers& last) {
  return absl::StrCat(last.first, ":", last.letter ? 1 : 0, ":", last.customer);
}

absl::StatusOr<NumberPosition> ParsePosition(const std::string& key) {
  NumberPosition position;
  if (key.empty()) return position;
  const std::vector<std::string> parts = absl::StrSplit(key, absl::MaxSplits(':', 2));
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &position.first) ||
      position.first > 999'999'999'999'999) {
    return MakeError(Reason::kInvalidField, "page_token", "not as it was given");
  }
  position.letter = parts[1] == "1";
  position.customer = parts[2];
  return position;
}

}  // namespace

absl::StatusOr<int64_t> NumberRegistry::Change(const Actor& actor, size_t provider,
                                               absl::Span<const NumberRequest> requests, NumberAction action,
                                               RunMode run) const {
  const SigningProviderOptions& owner = room_.provider(provider);
  STI_ASSIGN_OR_RETURN(Rows all, ParseAll(requests, action, owner.plan));
  NumberProblems twice;
  CheckRows(
      all.rows, [](uint32_t place) { return Element(place); }, twice);
  STI_RETURN_IF_ERROR(FirstOf(twice));
  const NumberOrder order{action,
                          run,
                          action == NumberAction::kAdd ? "number.add" : "number.remove",
                          absl::MakeSpan(all.rows),
                          all.names,
                          all.numbers};
  const absl::Status done =
      room_.Run(run, [&](store::Transaction& transaction, absl::Time now) -> absl::Status {
        NumberProblems problems;
        STI_RETURN_IF_ERROR(ChangeNumbers(transaction, actor, owner, order, now, problems).status());
        return FirstOf(problems);
      });
  STI_RETURN_IF_ERROR(done);
  return all.numbers;
}

absl::StatusOr<int64_t> NumberRegistry::Add(const Actor& actor, size_t provider,
                                            absl::Span<const NumberRequest> requests) const {
  return Change(actor, provider, requests, NumberAction::kAdd, RunMode::kReal);
}

absl::StatusOr<int64_t> NumberRegistry::Remove(const Actor& actor, size_t provider,
                                               absl::Span<const NumberRequest> requests, RunMode run) const {
  return Change(actor, provider, requests, NumberAction::kRemove, run);
}

absl::StatusOr<NumberPage> NumberRegistry::List(size_t provider, absl::string_view customer,
                                                absl::string_view number, int64_t page_size,
                                                absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const std::string key, store::ParsePageToken(kListing, page_token));
  STI_ASSIGN_OR_RETURN(const NumberPosition after, ParsePosition(key));
  const SigningProviderOptions& owner = room_.provider(provider);
  NumberValue holds = 0;
  if (!number.empty()) {
    STI_ASSIGN_OR_RETURN(holds, ParseNumber("number", number, owner.plan));
  }
  NumberPage page;
  const absl::Status done =
      room_.Run(RunMode::kDry, [&](store::Transaction& transaction, absl::Time) -> absl::Status {
        STI_ASSIGN_OR_RETURN(page.numbers,
                             ListNumbers(transaction, owner.name, customer, holds, after, limit + 1));
        return absl::OkStatus();
      });
  STI_RETURN_IF_ERROR(done);
  if (page.numbers.size() > static_cast<size_t>(limit)) {
    page.numbers.pop_back();
    page.next_page_token = store::MakePageToken(kListing, PositionText(page.numbers.back()));
  }
  return page;
}

absl::Status NumberRegistry::Export(size_t provider, absl::string_view customer,
                                    const std::function<bool(std::string piece)>& piece) const {
  const std::string& owner = room_.provider(provider).name;
  std::string text = absl::StrCat(kNumberCsvHeading, "\n");
  NumberPosition after;
  for (;;) {
    std::vector<CustomerNumbers> numbers;
    const absl::Status done =
        room_.Run(RunMode::kDry, [&](store::Transaction& transaction, absl::Time) -> absl::Status {
          if (!customer.empty()) {
            STI_ASSIGN_OR_RETURN(const bool known, HasCustomer(transaction, owner, customer));
            if (!known)
              return MakeError(Reason::kNotFound, "customer", absl::StrCat("no customer ", customer));
          }
          STI_ASSIGN_OR_RETURN(numbers, ListNumbers(transaction, owner, customer, 0, after, kExportPage));
          return absl::OkStatus();
        });
    STI_RETURN_IF_ERROR(done);
    for (const CustomerNumbers& entry : numbers) AppendNumberCsv(entry, text);
    const bool last = numbers.size() < static_cast<size_t>(kExportPage);
    if (!piece(std::exchange(text, "")) || last) return absl::OkStatus();
    after = {numbers.back().first, numbers.back().letter, numbers.back().customer};
  }
}

}  // namespace sti::as
