// Sorted entries of several sources into one NumberMap.
#ifndef SERVICES_AS_NUMBER_MAP_MERGE_H_
#define SERVICES_AS_NUMBER_MAP_MERGE_H_

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "services/as/number_map.h"
#include "services/as/number_map_ranges.h"
#include "services/as/number_map_rights.h"
#include "services/as/number_map_singles.h"

namespace sti::as {

// What is said of one number or range: codes of rights, each with its age; higher is newer.
using NumberGroup = std::vector<std::pair<RightCode, size_t>>;
// Leaves the newest word on each right.
void KeepNewest(NumberGroup& group);

struct NumberSource {
  const SingleNumbers* singles;
  const NumberRanges* ranges;
  const NumberRights* rights;
};
// As MergeNumberMaps.
std::shared_ptr<const NumberMap> MergeNumbers(const std::vector<NumberSource>& oldest_first,
                                              bool drop_removed);

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_MAP_MERGE_H_
