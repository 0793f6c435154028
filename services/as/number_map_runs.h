// Numbers that change: a big old map and a few newer, smaller runs of changes over it. A change makes a small
// run; runs that are not much smaller than the one before are merged with it, small ones at once.
#ifndef SERVICES_AS_NUMBER_MAP_RUNS_H_
#define SERVICES_AS_NUMBER_MAP_RUNS_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "services/as/number_map.h"
#include "services/as/provisioned.h"

namespace sti::as {

// A value whose runs are shared and immutable: a copy is cheap, and only copies that no other thread sees may
// be changed.
class NumberRuns {
 public:
  using Run = std::shared_ptr<const NumberMap>;

  NumberRuns() = default;
  // Without removed entries.
  explicit NumberRuns(Run oldest);

  // Calls visit(const NumberMatch&) for each entry that holds the number, of which none is `removed`; the
  // same one may come twice.
  template <typename F>
  void Visit(NumberValue number, F&& visit) const {
    absl::InlinedVector<NumberMatch, 2> removed;
    for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
      (*run)->Visit(number, [&](const NumberMatch& match) {
        for (const NumberMatch& gone : removed) {
          if (gone.SameEntry(match)) return;
        }
        match.removed ? removed.push_back(match) : visit(match);
      });
    }
  }

  // Newer than all that is there.
  void Append(Run run);

  // A merge that Append leaves to somebody with more time: of these runs, oldest first.
  struct Work {
    std::vector<Run> runs;
    bool drop_removed = false;
    Run Merge() const;
  };
  std::optional<Work> NextWork() const;
  // False, and nothing is changed, when the runs are no longer there.
  bool Install(const Work& work, Run merged);

  // Without what is removed; about, as an entry may have been added twice or removed without being there.
  size_t size() const;
  size_t memory() const;
  size_t runs() const { return runs_.size(); }

 private:
  // Each at least so many times as large as the next: that bounds their number by a logarithm.
  static constexpr size_t kRatio = 4;
  // Entries that are merged at once: a few milliseconds.
  static constexpr size_t kAtOnce = 32 * 1024;

  std::vector<Run> runs_;  // oldest first
};

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_MAP_RUNS_H_
