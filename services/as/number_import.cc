#include "services/as/number_import.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/as/customer_records.h"
#include "services/as/number_change.h"
#include "services/as/number_csv.h"

namespace sti::as {
namespace {

constexpr int64_t kCustomersAtOnce = 1000;

std::string NameLine(uint32_t line) { return absl::StrCat("line ", line); }

}  // namespace

NumberImport::NumberImport(ProvisioningRoom room, NumberSpool spool, const NumberImportOptions& options)
    : room_(std::move(room)),
      options_(options),
      owner_(room_.provider(options.provider)),
      spool_(std::move(spool)),
      lines_(kNumberCsvHeading, limits::kImportLine, [this](const codec::CsvLine& line) { TakeLine(line); }) {
}

absl::StatusOr<std::unique_ptr<NumberImport>> NumberImport::Begin(ProvisioningRoom room,
                                                                  const std::string& folder,
                                                                  const NumberImportOptions& options) {
  STI_ASSIGN_OR_RETURN(NumberSpool spool, NumberSpool::Create(folder));
  std::unique_ptr<NumberImport> import(new NumberImport(std::move(room), std::move(spool), options));
  STI_RETURN_IF_ERROR(import->ReadCustomers());
  return import;
}

absl::Status NumberImport::ReadCustomers() {
  return room_.Run(RunMode::kDry, [&](store::Transaction& transaction, absl::Time) -> absl::Status {
    names_.clear();
    indices_.clear();
    for (;;) {
      STI_ASSIGN_OR_RETURN(
          const std::vector<Customer> customers,
          ListCustomers(transaction, owner_.name, names_.empty() ? "" : names_.back(), kCustomersAtOnce));
      for (const Customer& customer : customers) {
        indices_.emplace(customer.id, static_cast<uint32_t>(names_.size()));
        names_.push_back(customer.id);
      }
      if (customers.size() < static_cast<size_t>(kCustomersAtOnce)) return absl::OkStatus();
    }
  });
}

void NumberImport::TakeLine(const codec::CsvLine& line) {
  if (!broken_.ok()) return;
  if (line.number > std::numeric_limits<uint32_t>::max()) {
    broken_ = MakeError(Reason::kTooLarge, "csv", "more than 4294967295 lines");
    return;
  }
  ++result_.rows;
  absl::Status taken = TakeRow(line);
  if (ReasonOf(taken) == Reason::kStorageFailed) {
    broken_ = std::move(taken);
  } else if (!taken.ok()) {
    result_.problems.Add(static_cast<uint32_t>(line.number), std::move(taken));
  }
}

absl::Status NumberImport::TakeRow(const codec::CsvLine& line) {
  if (line.too_long) {
    return MakeError(Reason::kTooLarge, "", absl::StrCat("more than ", limits::kImportLine, " octets"));
  }
  STI_ASSIGN_OR_RETURN(NumberCsvLine parsed, ParseNumberCsvLine(line.text, owner_.plan));
  STI_RETURN_IF_ERROR(CheckProvisionedName("customer", parsed.customer));
  const auto customer = indices_.find(parsed.customer);
  if (customer == indices_.end()) {
    return MakeError(Reason::kNotFound, "customer", absl::StrCat("no customer ", parsed.customer));
  }
  parsed.row.customer = customer->second;
  parsed.row.place = static_cast<uint32_t>(line.number);
  result_.numbers = AddCounts(result_.numbers, CountOf(parsed.row.first, parsed.row.last));
  // With a problem nothing is going to be written; the rest of the file is only looked through.
  return result_.problems.none() ? spool_.Add(parsed.row) : absl::OkStatus();
}

absl::Status NumberImport::Feed(absl::string_view piece) {
  lines_.Feed(piece);
  return broken_;
}

absl::StatusOr<NumberImportResult> NumberImport::Commit(const Actor& actor) {
  lines_.Finish();
  STI_RETURN_IF_ERROR(broken_);
  if (result_.rows == 0 && !options_.replace)
    return MakeError(Reason::kMissingField, "csv", "no row in the file");
  if (!result_.problems.none()) return result_;
  STI_ASSIGN_OR_RETURN(const absl::Span<NumberRow> rows, spool_.Map());
  SortRows(rows);
  CheckRows(rows, NameLine, result_.problems);
  if (!result_.problems.none()) return result_;
  const NumberOrder order{options_.replace ? NumberAction::kReplace : NumberAction::kAdd,
                          options_.run,
                          "number.import",
                          rows,
                          names_,
                          result_.numbers};
  const absl::Status done =
      room_.Run(options_.run, [&](store::Transaction& transaction, absl::Time now) -> absl::Status {
        result_.problems = NumberProblems();
        STI_ASSIGN_OR_RETURN(const NumberChanges changes,
                             ChangeNumbers(transaction, actor, owner_, order, now, result_.problems));
        result_.removed = changes.removed;
        // Any error rolls back; this one does not leave here.
        return result_.problems.none() ? absl::OkStatus() : result_.problems.first[0].status;
      });
  if (!done.ok() && result_.problems.none()) return done;
  return result_;
}

}  // namespace sti::as
