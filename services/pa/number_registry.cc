#include "services/pa/number_registry.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/page.h"
#include "services/pa/number_audit.h"
#include "services/pa/number_records.h"
#include "services/pa/provider_records.h"

namespace sti::pa {
namespace {

constexpr char kListing[] = "numbers";
constexpr size_t kShownEffects = 20;

std::string Element(size_t index) { return absl::StrCat("numbers[", index, "]"); }

absl::StatusOr<std::vector<NumberBlock>> ParseAll(absl::Span<const NumberRequest> requests) {
  if (requests.empty()) return MakeError(Reason::kMissingField, "numbers", "at least one range is needed");
  if (requests.size() > limits::kNumberListRanges) {
    return MakeError(Reason::kTooLarge, "numbers", absl::StrCat("more than ", limits::kNumberListRanges));
  }
  std::vector<NumberBlock> blocks;
  blocks.reserve(requests.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    absl::StatusOr<NumberBlock> block = MakeBlock(requests[i].spc, requests[i].start, requests[i].count);
    if (!block.ok()) return PrefixField(Element(i), block.status());
    blocks.push_back(*std::move(block));
  }
  return blocks;
}

absl::Status CheckSpcsAreKnown(store::Transaction& transaction, const std::vector<NumberBlock>& blocks) {
  std::set<absl::string_view> known;
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (!known.insert(blocks[i].spc).second) continue;
    STI_ASSIGN_OR_RETURN(const std::string owner, OwnerOfSpc(transaction, blocks[i].spc));
    if (owner.empty()) {
      return MakeError(Reason::kNotFound, absl::StrCat(Element(i), ".spc"),
                       absl::StrCat("no provider has SPC ", blocks[i].spc));
    }
    STI_ASSIGN_OR_RETURN(const std::optional<Provider> provider, FindProvider(transaction, owner));
    // The list would speak for somebody whom nobody has agreed to yet.
    if (provider && provider->state == ProviderState::kPending) {
      return MakeError(Reason::kStateConflict, absl::StrCat(Element(i), ".spc"),
                       absl::StrCat("the provider \"", owner, "\" of SPC ", blocks[i].spc, " is pending"));
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> WithdrawalEffects(absl::Span<const NumberRequest> requests) {
  std::vector<std::string> effects;
  for (const NumberRequest& request : requests.subspan(0, kShownEffects)) {
    effects.push_back(request.count == 1 ? absl::StrCat("the number ", request.start, " is no longer SPC ",
                                                        request.spc, "'s")
                                         : absl::StrCat(request.count, " numbers from ", request.start,
                                                        " on are no longer SPC ", request.spc, "'s"));
  }
  if (requests.size() > kShownEffects)
    effects.push_back(absl::StrCat("and so on: ", requests.size(), " ranges in all"));
  effects.emplace_back(
      "the number authority list is signed anew without them, and reaches verifiers at once");
  return effects;
}

// A list that verifiers would refuse for its size must never come to be. Counts as stir::SignNumberAuthority
// writes.
absl::Status CheckRoom(const NumberLedger& ledger) {
  constexpr size_t kHeader = 64 * 1024;  // of the JWS with its x5c, and the payload's other members
  std::set<std::string> spcs;
  size_t octets = 0;
  const std::vector<NumberBlock> blocks = ledger.Blocks();
  for (const NumberBlock& block : blocks) {
    octets += absl::StrCat("[\"", block.start(), "\",", block.count(), "],").size();
    if (spcs.insert(block.spc).second)
      octets += absl::StrCat(R"({"ranges":[],"spc":"","tn":[]},)", block.spc).size();
  }
  if (blocks.size() <= limits::kNumberListRanges && octets / 3 * 4 + kHeader <= limits::kNumberList)
    return absl::OkStatus();
  return MakeError(Reason::kStateConflict, "numbers",
                   absl::StrCat("the number list is full: it holds ", limits::kNumberListRanges,
                                " ranges or ", limits::kNumberList, " octets"));
}

}  // namespace

NumberRegistry::NumberRegistry(store::Database& database, TrustPublisher& publisher, const Clock& clock)
    : database_(database), publisher_(publisher), clock_(clock) {}

absl::StatusOr<int64_t> NumberRegistry::Change(const Actor& actor, absl::Span<const NumberRequest> requests,
                                               Action action, RunMode run) const {
  STI_ASSIGN_OR_RETURN(const std::vector<NumberBlock> blocks, ParseAll(requests));
  int64_t sequence = 0;
  bool changed = false;
  const auto change = [&](store::Transaction& transaction) -> absl::Status {
    if (action == Action::kAssign) STI_RETURN_IF_ERROR(CheckSpcsAreKnown(transaction, blocks));
    STI_ASSIGN_OR_RETURN(std::vector<NumberBlock> before, AllNumbers(transaction));
    NumberLedger ledger(std::move(before));
    for (size_t i = 0; i < blocks.size(); ++i) {
      const absl::Status done =
          action == Action::kAssign ? ledger.Assign(blocks[i]) : ledger.Withdraw(blocks[i]);
      if (!done.ok()) return PrefixField(Element(i), done);
    }
    STI_RETURN_IF_ERROR(CheckRoom(ledger));
    const NumberLedger::Difference changes = ledger.Changes();
    changed = run == RunMode::kReal && (!changes.added.empty() || !changes.removed.empty());
    if (changed) STI_RETURN_IF_ERROR(WriteChanges(transaction, changes));
    STI_ASSIGN_OR_RETURN(sequence,
                         changed ? NextNumberListSequence(transaction) : NumberListSequence(transaction));
    if (!changed) return absl::OkStatus();
    const auto audit = action == Action::kAssign ? AuditAssignment : AuditWithdrawal;
    return audit(transaction, actor, blocks, sequence, clock_.TimeNow());
  };
  STI_RETURN_IF_ERROR(run == RunMode::kReal ? database_.Write(change) : database_.Read(change));
  if (changed) publisher_.PublishNumberList().IgnoreError();  // RenewIfDue tries again and reports
  return sequence;
}

absl::StatusOr<int64_t> NumberRegistry::Assign(const Actor& actor,
                                               absl::Span<const NumberRequest> requests) const {
  return Change(actor, requests, Action::kAssign, RunMode::kReal);
}

absl::StatusOr<NumberWithdrawal> NumberRegistry::Withdraw(const Actor& actor,
                                                          absl::Span<const NumberRequest> requests,
                                                          RunMode run) const {
  NumberWithdrawal withdrawal;
  STI_ASSIGN_OR_RETURN(withdrawal.sequence, Change(actor, requests, Action::kWithdraw, run));
  withdrawal.effects = WithdrawalEffects(requests);
  return withdrawal;
}

absl::StatusOr<NumberPage> NumberRegistry::List(absl::string_view spc, int64_t page_size,
                                                absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const std::string after, store::ParsePageToken(kListing, page_token));
  const std::vector<absl::string_view> key = absl::StrSplit(after.empty() ? "0:0" : after, ':');
  int64_t digits = 0;
  int64_t first = 0;
  if (key.size() != 2 || !absl::SimpleAtoi(key[0], &digits) || !absl::SimpleAtoi(key[1], &first))
    return MakeError(Reason::kInvalidField, "page_token", "not as it was given");
  NumberPage page;
  const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(page.blocks, ListNumbers(transaction, spc, digits, first, limit + 1));
    STI_ASSIGN_OR_RETURN(page.sequence, NumberListSequence(transaction));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  if (page.blocks.size() > static_cast<size_t>(limit)) {
    page.blocks.pop_back();
    page.next_page_token = store::MakePageToken(
        kListing, absl::StrCat(page.blocks.back().digits, ":", page.blocks.back().first));
  }
  return page;
}

}  // namespace sti::pa
