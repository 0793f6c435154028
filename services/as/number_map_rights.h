// Who has numbers, and until when: each right once, known by a small code.
#ifndef SERVICES_AS_NUMBER_MAP_RIGHTS_H_
#define SERVICES_AS_NUMBER_MAP_RIGHTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sti::as {

// Index of a right, with kRemoved in entries that take one away.
using RightCode = uint32_t;
inline constexpr RightCode kRemoved = 0x8000'0000;

struct NumberRight {
  absl::string_view customer;
  bool letter = false;
  absl::Time until;
};

// Immutable once built; then thread-safe.
class NumberRights {
 public:
  // `code` with or without kRemoved. The text lives as long as this.
  NumberRight Of(RightCode code) const {
    const Row& row = rows_[code & ~kRemoved];
    return {customers_[row.customer], row.letter, row.until};
  }
  size_t size() const { return rows_.size(); }
  size_t memory() const;

 private:
  friend class NumberRightsBuilder;
  struct Row {
    uint32_t customer;
    bool letter;
    absl::Time until;
  };
  std::vector<std::string> customers_;
  std::vector<Row> rows_;
};

class NumberRightsBuilder {
 public:
  // Fewer than 2^31 different ones.
  RightCode Intern(const NumberRight& right);
  std::shared_ptr<const NumberRights> Build() &&;

 private:
  std::shared_ptr<NumberRights> rights_ = std::make_shared<NumberRights>();
  absl::flat_hash_map<std::string, uint32_t> customers_;
  absl::flat_hash_map<std::tuple<uint32_t, bool, absl::Time>, RightCode> codes_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_MAP_RIGHTS_H_
