// Numbers that customers may use: their own, and those of others by a letter of authorization.
#ifndef SERVICES_AS_NUMBER_REGISTRY_H_
#define SERVICES_AS_NUMBER_REGISTRY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/actor.h"
#include "services/as/number_merge.h"
#include "services/as/provisioned.h"
#include "services/as/provisioning_room.h"

namespace sti::as {

// As asked for; nothing checked.
struct NumberRequest {
  std::string customer, first, last;
  bool letter = false;
  absl::Time until = absl::InfiniteFuture();
};

struct NumberPage {
  std::vector<CustomerNumbers> numbers;
  std::string next_page_token;  // empty on the last page
};

// Thread-safe. `provider`: its index. Errors of all: kStorageFailed.
class NumberRegistry {
 public:
  explicit NumberRegistry(ProvisioningRoom room) : room_(std::move(room)) {}

  // All or none; how many numbers they are. Fields are "numbers[3].first": kMissingField, kInvalidField,
  // kTelephoneNumberInvalid, kTooLarge (more than limits::kNumbersPerRequest), kNotFound (customer),
  // kNumbersOverlap (another customer's, or twice in the request).
  absl::StatusOr<int64_t> Add(const Actor& actor, size_t provider,
                              absl::Span<const NumberRequest> requests) const;
  // The same; kNotFound, too, for a number that the customer does not have by this right.
  absl::StatusOr<int64_t> Remove(const Actor& actor, size_t provider,
                                 absl::Span<const NumberRequest> requests, RunMode run) const;
  // `number` in any notation, or empty. kTelephoneNumberInvalid (number).
  absl::StatusOr<NumberPage> List(size_t provider, absl::string_view customer, absl::string_view number,
                                  int64_t page_size, absl::string_view page_token) const;
  // Pieces of the CSV file that an import reads; ends early when `piece` gives false. What changes meanwhile
  // may or may not be in it. kNotFound (customer).
  absl::Status Export(size_t provider, absl::string_view customer,
                      const std::function<bool(std::string piece)>& piece) const;

 private:
  absl::StatusOr<int64_t> Change(const Actor& actor, size_t provider,
                                 absl::Span<const NumberRequest> requests, NumberAction action,
                                 RunMode run) const;

  const ProvisioningRoom room_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_REGISTRY_H_
