// The providers that one sti-as signs for, and whose client is whose.
#ifndef SERVICES_AS_PROVIDER_TABLE_H_
#define SERVICES_AS_PROVIDER_TABLE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/stir/telephone_number.h"
#include "services/as/provisioned.h"

namespace sti::as {

// How a provider's calls are attested where no rule says otherwise (config AttestationRules).
struct AttestationDefaults {
  Fallback unknown_number = Fallback::kB;
  Fallback foreign_number = Fallback::kB;
  Fallback unknown_customer = Fallback::kRefuse;
  bool refuse_requested =
      true;  // a requested attest that differs from the decision; false: the decision is signed
  enum class Origid { kCall, kTrunk, kCustomer } origid = Origid::kCall;
};

struct SigningProviderOptions {
  std::string name, spc, organization, country;
  stir::NumberingPlan plan;
  std::vector<std::string> clients, attesting_clients, diverting_clients, operators;
  AttestationDefaults attestation;
};

// A client of the configuration.
struct ProviderClient {
  size_t provider = 0;
  bool attests = false, diverts = false;
};

// Immutable, thread-safe.
class ProviderTable {
 public:
  // kConfigInvalid, with the path in the configuration as field: no provider or more than
  // limits::kSigningProviders; a name that is not 1 to 32 of a-z, 0-9, "-" or is there twice; an SPC there
  // twice; a client of two providers; an attesting or diverting client that is no client; several providers
  // of which one has no clients (nobody could sign as it, or everybody).
  static absl::StatusOr<ProviderTable> Create(std::vector<SigningProviderOptions> providers);

  const std::vector<SigningProviderOptions>& all() const { return providers_; }
  // The provider of that name; of the empty name the only one there is.
  std::optional<size_t> Find(absl::string_view name) const;
  // Whose client is it. With a single provider without clients everybody is.
  std::optional<ProviderClient> ClientOf(absl::string_view identity) const;
  // A client that the configuration names; null for any other.
  const ProviderClient* Listed(absl::string_view identity) const;

 private:
  std::vector<SigningProviderOptions> providers_;
  absl::flat_hash_map<std::string, ProviderClient> clients_;
  absl::flat_hash_map<std::string, size_t> names_;
  bool open_ = false;  // a single provider without clients
};

}  // namespace sti::as

#endif  // SERVICES_AS_PROVIDER_TABLE_H_
