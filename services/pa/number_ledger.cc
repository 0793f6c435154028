#include "services/pa/number_ledger.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::pa {
namespace {

constexpr size_t kMaxDigits = 15;  // of a number (E.164, RFC 8226 s9)

std::string NumberText(int64_t digits, int64_t value) {
  const std::string text = absl::StrCat(value);
  return std::string(static_cast<size_t>(digits) - text.size(), '0') + text;
}

}  // namespace

std::string NumberBlock::start() const { return NumberText(digits, first); }

absl::StatusOr<NumberBlock> MakeBlock(absl::string_view spc, absl::string_view start, uint64_t count) {
  if (spc.empty()) return MakeError(Reason::kMissingField, "spc", "whose numbers these are");
  if (start.empty()) return MakeError(Reason::kMissingField, "start", "the first number");
  NumberBlock block;
  const bool digits_only = start.find_first_not_of("0123456789") == absl::string_view::npos;
  if (start.size() > kMaxDigits || !digits_only || !absl::SimpleAtoi(start, &block.first)) {
    return MakeError(Reason::kInvalidField, "start",
                     "a number has 1 to 15 digits and nothing else, no \"+\"");
  }
  int64_t bound = 1;
  for (size_t i = 0; i < start.size(); ++i) bound *= 10;
  if (count < 1 || count > static_cast<uint64_t>(bound - block.first)) {
    return MakeError(
        Reason::kInvalidField, "count",
        absl::StrCat("from ", start, " there are 1 to ", bound - block.first, " numbers of that length"));
  }
  block.spc = std::string(spc);
  block.digits = static_cast<int64_t>(start.size());
  block.last = block.first + static_cast<int64_t>(count) - 1;
  return block;
}

NumberLedger::NumberLedger(std::vector<NumberBlock> blocks) {
  for (NumberBlock& block : blocks)
    original_[{block.digits, block.first}] = Rest{block.last, std::move(block.spc)};
  blocks_ = original_;
}

absl::Status NumberLedger::Assign(NumberBlock block) {
  auto begin = blocks_.lower_bound({block.digits, block.first});
  if (begin != blocks_.begin()) {
    const auto before = std::prev(begin);
    if (before->first.first == block.digits && before->second.last + 1 >= block.first) begin = before;
  }
  auto end = begin;
  for (; end != blocks_.end() && end->first.first == block.digits && end->first.second <= block.last + 1;
       ++end) {
    const int64_t shared = std::max(end->first.second, block.first);
    if (end->second.spc == block.spc || shared > std::min(end->second.last, block.last)) continue;
    return MakeError(Reason::kNumbersOverlap,
                     absl::StrCat(NumberText(block.digits, shared), " belongs to SPC ", end->second.spc));
  }
  // Neighbours of other SPCs only touch at the ends; what is left of this SPC becomes one block.
  for (auto it = begin; it != end;) {
    if (it->second.spc != block.spc) {
      ++it;
      continue;
    }
    block.first = std::min(block.first, it->first.second);
    block.last = std::max(block.last, it->second.last);
    it = blocks_.erase(it);
  }
  blocks_[{block.digits, block.first}] = Rest{block.last, std::move(block.spc)};
  return absl::OkStatus();
}

absl::Status NumberLedger::Withdraw(const NumberBlock& block) {
  const auto after = blocks_.upper_bound({block.digits, block.first});
  const auto found = after == blocks_.begin() ? blocks_.end() : std::prev(after);
  if (found == blocks_.end() || found->first.first != block.digits || found->second.spc != block.spc ||
      found->second.last < block.last) {
    return MakeError(Reason::kNotFound, absl::StrCat("not all of these ", block.count(), " numbers from ",
                                                     block.start(), " are assigned to SPC ", block.spc));
  }
  const int64_t first = found->first.second;
  const Rest rest = found->second;
  blocks_.erase(found);
  if (first < block.first) blocks_[{block.digits, first}] = Rest{block.first - 1, rest.spc};
  if (block.last < rest.last) blocks_[{block.digits, block.last + 1}] = rest;
  return absl::OkStatus();
}

std::vector<NumberBlock> NumberLedger::Blocks() const {
  std::vector<NumberBlock> blocks;
  blocks.reserve(blocks_.size());
  for (const auto& [key, rest] : blocks_) blocks.push_back({rest.spc, key.first, key.second, rest.last});
  return blocks;
}

NumberLedger::Difference NumberLedger::Changes() const {
  const auto missing_from = [](const Map& map, const auto& entry) {
    const auto found = map.find(entry.first);
    return found == map.end() || !(found->second == entry.second);
  };
  Difference difference;
  for (const auto& entry : original_) {
    if (missing_from(blocks_, entry))
      difference.removed.push_back(
          {entry.second.spc, entry.first.first, entry.first.second, entry.second.last});
  }
  for (const auto& entry : blocks_) {
    if (missing_from(original_, entry))
      difference.added.push_back(
          {entry.second.spc, entry.first.first, entry.first.second, entry.second.last});
  }
  return difference;
}

}  // namespace sti::pa
