// The one writer behind a ProvisionedSnapshot: takes what the database holds, and then change after change.
#ifndef SERVICES_AS_PROVISIONED_STATE_H_
#define SERVICES_AS_PROVISIONED_STATE_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "services/as/provisioned.h"
#include "services/as/provisioned_view.h"

namespace sti::as {

// Everything that is provisioned, or the numbers of one provider, on its way from the database: rows in any
// order, kept compact as they come. Rows of providers beyond `providers` are left out. An object may be used
// by one thread at a time; no lock of a ProvisionedState is held meanwhile.
class ProvisionedLoad {
 public:
  explicit ProvisionedLoad(size_t providers);
  ProvisionedLoad(ProvisionedLoad&&) noexcept;
  ProvisionedLoad& operator=(ProvisionedLoad&&) noexcept;
  ~ProvisionedLoad();

  void Add(size_t provider, Customer customer);
  void Add(size_t provider, Trunk trunk);
  void Add(size_t provider, const CustomerNumbers& numbers);
  void Add(size_t provider, NumberRule rule);
  void Add(size_t provider, RcdProfile profile);

 private:
  friend class ProvisionedState;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// Thread-safe. Who calls sees to the order of what is in the database; the last one wins. Readers of the
// snapshot never wait: what is set is built before, and grown overlays are merged on a thread of its own.
class ProvisionedState {
 public:
  // Sets an empty view. The snapshot must outlive this, and nobody else may set it.
  ProvisionedState(ProvisionedSnapshot& snapshot, size_t providers);
  ~ProvisionedState();
  ProvisionedState(const ProvisionedState&) = delete;
  ProvisionedState& operator=(const ProvisionedState&) = delete;

  // Instead of everything that was there.
  void Replace(ProvisionedLoad everything);
  // Instead of this provider's numbers. What else was added to `numbers` is not looked at.
  void ReplaceNumbers(size_t provider, ProvisionedLoad numbers);
  // In this order, visible together before it returns. Whoever adds what is there or removes what is not
  // changes nothing, so that a load which is newer than the first changes does no harm once the last one is
  // in. Entries of numbers are told apart by all of their fields; two that overlap stay two. ReloadNumbers is
  // the caller's affair (ReplaceNumbers) and does nothing here, nor does a change of an unknown provider.
  void Apply(const std::vector<ProvisionedChange>& changes);

  // Until nothing is left to be merged; for tests and benchmarks.
  void WaitUntilMerged();

 private:
  class Core;
  const std::unique_ptr<Core> core_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONED_STATE_H_
