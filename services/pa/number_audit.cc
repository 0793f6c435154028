#include "services/pa/number_audit.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/store/audit_log.h"

namespace sti::pa {
namespace {

constexpr size_t kShownRanges = 100;

struct Change {
  int64_t ranges = 0, numbers = 0;
  codec::JsonArray first;
};

std::map<std::string, std::string> ForAudit(const std::vector<NumberBlock>& blocks, int64_t sequence) {
  std::map<std::string, Change> changes;
  for (const NumberBlock& block : blocks) {
    Change& change = changes[block.spc];
    ++change.ranges;
    change.numbers += block.count();
    if (change.first.size() < kShownRanges)
      change.first.emplace_back(absl::StrCat(block.start(), "x", block.count()));
  }
  std::map<std::string, std::string> texts;
  for (auto& [spc, change] : changes) {
    texts[spc] = codec::CanonicalJson(codec::JsonObject{{"first_ranges", std::move(change.first)},
                                                        {"number_list_sequence", sequence},
                                                        {"numbers", change.numbers},
                                                        {"ranges", change.ranges}});
  }
  return texts;
}

}  // namespace

absl::Status AuditAssignment(store::Transaction& transaction, const Actor& actor,
                             const std::vector<NumberBlock>& blocks, int64_t sequence, absl::Time now) {
  for (const auto& [spc, text] : ForAudit(blocks, sequence)) {
    STI_RETURN_IF_ERROR(store::AppendAudit(
        transaction, actor, {"numbers.assign", absl::StrCat("spc/", spc), {spc}, "", text}, now));
  }
  return absl::OkStatus();
}

absl::Status AuditWithdrawal(store::Transaction& transaction, const Actor& actor,
                             const std::vector<NumberBlock>& blocks, int64_t sequence, absl::Time now) {
  for (const auto& [spc, text] : ForAudit(blocks, sequence)) {
    STI_RETURN_IF_ERROR(store::AppendAudit(
        transaction, actor, {"numbers.withdraw", absl::StrCat("spc/", spc), {spc}, text, ""}, now));
  }
  return absl::OkStatus();
}

}  // namespace sti::pa
