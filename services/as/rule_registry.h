// Rules on numbers, whoever uses them: never to originate, emergency numbers, attests by beginning.
#ifndef SERVICES_AS_RULE_REGISTRY_H_
#define SERVICES_AS_RULE_REGISTRY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/actor.h"
#include "services/as/provisioned.h"
#include "services/as/provisioning_room.h"

namespace sti::as {

struct RulePage {
  std::vector<NumberRule> rules;
  std::string next_page_token;  // empty on the last page
};

// Thread-safe. `provider`: its index. Errors of all: kStorageFailed. An empty `last` of a rule that comes in
// means the first number; in one that goes out it is never empty.
class RuleRegistry {
 public:
  explicit RuleRegistry(ProvisioningRoom room) : room_(std::move(room)) {}

  // Makes or changes it. kMissingField and kInvalidField (rule.first, .last, .highest_attest, .note),
  // kTooLarge (a note; more rules than limits::kNumberRules).
  absl::StatusOr<NumberRule> Put(const Actor& actor, size_t provider, NumberRule rule) const;
  absl::StatusOr<RulePage> List(size_t provider, int64_t page_size, absl::string_view page_token) const;
  // By kind, first and last. kNotFound (rule).
  absl::Status Delete(const Actor& actor, size_t provider, NumberRule rule) const;

 private:
  const ProvisioningRoom room_;
};

// "do-not-originate", "emergency", "calling-prefix".
absl::string_view RuleKindText(NumberRule::Kind kind);

}  // namespace sti::as

#endif  // SERVICES_AS_RULE_REGISTRY_H_
