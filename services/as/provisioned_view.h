// The provisioning as calls see it: immutable, in memory, compact. One writer makes new ones; readers never
// wait.
#ifndef SERVICES_AS_PROVISIONED_VIEW_H_
#define SERVICES_AS_PROVISIONED_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/snapshot.h"
#include "common/stir/passport.h"
#include "services/as/provisioned.h"

namespace sti::as {

// Immutable, thread-safe. Everything is found in constant or logarithmic time, without I/O.
class ProvisionedView {
 public:
  virtual ~ProvisionedView() = default;

  virtual const Customer* FindCustomer(size_t provider, absl::string_view id) const = 0;
  virtual const Trunk* FindTrunk(size_t provider, absl::string_view id) const = 0;
  virtual const RcdProfile* FindProfile(size_t provider, absl::string_view customer,
                                        absl::string_view name) const = 0;

  // The customer whose own client this is.
  struct Credential {
    size_t provider = 0;
    const Customer* customer = nullptr;
  };
  virtual std::optional<Credential> FindClient(absl::string_view identity) const = 0;

  // Whether the customer may use the number at `time`: as their own, by a letter, or not; and if not, whether
  // it is somebody else's own of this provider. `expired`: a right that has ended.
  struct NumberAnswer {
    enum class Right { kNone, kOwn, kLetter } right = Right::kNone;
    bool expired = false;
    bool others = false;
  };
  virtual NumberAnswer AskNumber(size_t provider, absl::string_view customer, NumberValue number,
                                 absl::Time time) const = 0;

  virtual bool IsDoNotOriginate(size_t provider, NumberValue number) const = 0;
  // 911, 112 and the numbers of emergency rules.
  virtual bool IsEmergency(size_t provider, NumberValue number) const = 0;
  // The rule with the longest beginning of the number; null without.
  virtual const NumberRule* CallingPrefix(size_t provider, NumberValue number) const = 0;

  // Entries of all providers; about, after changes.
  virtual size_t numbers() const = 0;

  // Every customer or trunk of a provider, in no order.
  virtual void EachCustomer(size_t provider, const std::function<void(const Customer&)>& visit) const = 0;
  virtual void EachTrunk(size_t provider, const std::function<void(const Trunk&)>& visit) const = 0;
};

// Never null.
using ProvisionedSnapshot = Snapshot<ProvisionedView>;

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONED_VIEW_H_
