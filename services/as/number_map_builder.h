// Makes a NumberMap of entries that come in any order, or of older maps.
#ifndef SERVICES_AS_NUMBER_MAP_BUILDER_H_
#define SERVICES_AS_NUMBER_MAP_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "services/as/number_map.h"
#include "services/as/provisioned.h"

namespace sti::as {

// One map of several, oldest first: of the same entry the newest word counts. `drop_removed`: there is
// nothing older that an entry could be removed from.
std::shared_ptr<const NumberMap> MergeNumberMaps(const std::vector<std::shared_ptr<const NumberMap>>& maps,
                                                 bool drop_removed);

// For one thread. Compact as it goes: on its way an entry takes about twice what it takes in the end.
class NumberMapBuilder {
 public:
  // Of the same entry, added and removed, the last call counts.
  void Add(const CustomerNumbers& numbers) { Put(numbers, 0); }
  void Remove(const CustomerNumbers& numbers) { Put(numbers, kRemoved); }
  bool empty() const { return pending_.empty() && chunks_.empty(); }
  // `drop_removed` as above.
  std::shared_ptr<const NumberMap> Build(bool drop_removed) &&;

 private:
  struct Pending {
    NumberValue first, last;
    RightCode right;
    uint32_t order;
  };
  struct Chunk {
    SingleNumbers singles;
    NumberRanges ranges;
  };
  static constexpr size_t kChunk = 512 * 1024;

  void Put(const CustomerNumbers& numbers, RightCode removed);
  void Flush();

  std::vector<Pending> pending_;
  std::vector<Chunk> chunks_;
  NumberRightsBuilder rights_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_MAP_BUILDER_H_
