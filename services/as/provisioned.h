// What is provisioned: customers, trunks, numbers, rules and profiles, as plain data. Names are unique within
// a provider, which is known by its index in the configuration (ProviderTable).
#ifndef SERVICES_AS_PROVISIONED_H_
#define SERVICES_AS_PROVISIONED_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stir/passport.h"
#include "services/as/outgoing_call.h"

namespace sti::as {

// What happens to a call that no own number speaks for.
enum class Fallback { kDefault, kB, kC, kRefuse };  // kDefault: as the provider's configuration says

struct Customer {
  std::string id, name;
  bool suspended = false;
  std::vector<std::string> clients;
  stir::Attestation highest_attest = stir::Attestation::kA;
  Fallback unknown_number = Fallback::kDefault;
  absl::Time changed;
};

struct Trunk {
  std::string id;
  std::string customer;  // empty for a gateway
  bool gateway = false;
  bool emergency = false;
  absl::Time changed;
};

// Telephone numbers as integers: the value of 1 to 15 canonical digits, so that ranges compare as numbers.
// One that begins with 0 (service codes such as "000") has 10^15 times its length added, and stays apart.
using NumberValue = uint64_t;
// None for text that is not 1 to 15 digits: "*67", URIs.
std::optional<NumberValue> NumberValueOf(absl::string_view digits);
// The digits of what NumberValueOf gave.
std::string NumberDigits(NumberValue number);

// Consecutive numbers of the same length, both included.
struct CustomerNumbers {
  std::string customer;
  NumberValue first = 0, last = 0;
  bool letter = false;
  absl::Time until = absl::InfiniteFuture();  // exclusive
};

struct NumberRule {
  enum class Kind { kDoNotOriginate, kEmergency, kCallingPrefix };
  Kind kind = Kind::kDoNotOriginate;
  std::string first, last;  // digits, last never empty; kCallingPrefix: the beginning, twice
  std::optional<stir::Attestation> highest_attest;  // kCallingPrefix; none: refused
  std::string note;
};

struct RcdProfile {
  std::string customer, name;
  OutgoingRichCallData rcd;
  absl::Time changed;
};

// One step of the change journal; what follows from it (numbers of a deleted customer) has steps of its own.
struct ProvisionedChange {
  struct RemoveCustomer {
    std::string id;
  };
  struct RemoveTrunk {
    std::string id;
  };
  struct RemoveNumbers {
    CustomerNumbers numbers;
  };  // exactly an entry that was added
  struct RemoveRule {
    NumberRule rule;
  };  // by kind, first, last
  struct RemoveProfile {
    std::string customer, name;
  };
  // Numbers were replaced wholesale: they are to be loaded anew from the database.
  struct ReloadNumbers {};

  size_t provider = 0;
  std::variant<Customer, Trunk, CustomerNumbers, NumberRule, RcdProfile, RemoveCustomer, RemoveTrunk,
               RemoveNumbers, RemoveRule, RemoveProfile, ReloadNumbers>
      what;
};

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONED_H_
