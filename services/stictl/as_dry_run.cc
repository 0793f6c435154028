#include "services/stictl/as_dry_run.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "services/stictl/attestation_text.h"

namespace sti::stictl {
namespace {

constexpr char kHeading[] = "orig,dest,trunk,customer,attest,client";
constexpr size_t kMaxLine = 4096;
constexpr size_t kShownBadLines = 100;
constexpr size_t kMaxCells = 6;

// Refusals of a call that is not as calls are; the others are decisions.
bool IsBadCall(const sti::v1::ErrorDetail& error) {
  for (const Reason reason : {Reason::kMissingField, Reason::kInvalidField, Reason::kTelephoneNumberInvalid,
                              Reason::kTooLarge, Reason::kPermissionDenied}) {
    if (error.reason() == std::string(ReasonName(reason))) return true;
  }
  return false;
}

}  // namespace

DryRun::DryRun(std::string provider, Ask ask)
    : provider_(std::move(provider)),
      ask_(std::move(ask)),
      lines_(kHeading, kMaxLine, [this](const codec::CsvLine& line) { TakeLine(line); }) {}

void DryRun::Bad(int64_t line, absl::string_view why) {
  ++result_.bad;
  if (result_.bad_lines.size() < kShownBadLines)
    result_.bad_lines.push_back(absl::StrCat("line ", line, ": ", why));
}

void DryRun::TakeLine(const codec::CsvLine& line) {
  if (!failed_.ok()) return;
  ++result_.calls;
  if (line.too_long) return Bad(line.number, absl::StrCat("more than ", kMaxLine, " octets"));
  std::vector<absl::string_view> cells = codec::CsvCells(line.text);
  if (cells.size() < 2 || cells.size() > kMaxCells) return Bad(line.number, absl::StrCat("not ", kHeading));
  cells.resize(kMaxCells);
  const sti::v1::Attestation attest = AttestationFromLetter(cells[4]);
  if (!cells[4].empty() && attest == sti::v1::ATTESTATION_UNSPECIFIED) {
    return Bad(line.number, absl::StrCat("attest \"", cells[4], "\" is not A, B or C"));
  }
  sti::v1::CallToExplain& call = *request_.add_calls();
  call.set_orig(std::string(cells[0]));
  call.set_dest(std::string(cells[1]));
  call.set_trunk(std::string(cells[2]));
  call.set_customer(std::string(cells[3]));
  call.set_attest(attest);
  call.set_client(std::string(cells[5]));
  numbers_.push_back(line.number);
  if (numbers_.size() == limits::kBatch) AskNow();
}

void DryRun::AskNow() {
  if (numbers_.empty() || !failed_.ok()) return;
  request_.set_provider(provider_);
  const auto response = ask_(std::exchange(request_, sti::v1::ExplainCallsRequest()));
  const std::vector<int64_t> numbers = std::exchange(numbers_, {});
  failed_ = response.status();
  if (!failed_.ok()) return;
  for (int i = 0; i < response->calls_size() && static_cast<size_t>(i) < numbers.size(); ++i) {
    const sti::v1::ExplainedCall& call = response->calls(i);
    if (!call.has_error()) {
      ++result_.attests[AttestationLetter(call.attest())];
    } else if (IsBadCall(call.error()) && call.rule().empty()) {
      Bad(numbers[static_cast<size_t>(i)], absl::StrCat(call.error().reason(), ": ", call.error().text()));
      continue;
    } else {
      ++result_.attests[absl::StrCat("refused ", call.error().reason())];
    }
    ++result_.rules[call.rule()];
  }
}

absl::Status DryRun::Feed(absl::string_view piece) {
  lines_.Feed(piece);
  return failed_;
}

absl::StatusOr<DryRunResult> DryRun::Finish() {
  lines_.Finish();
  AskNow();
  if (!failed_.ok()) return failed_;
  return std::move(result_);
}

}  // namespace sti::stictl
