// Customers, trunks, numbers, rules and profiles between the public contract and the logic.
#ifndef SERVICES_AS_PROVISIONING_PROTO_H_
#define SERVICES_AS_PROVISIONING_PROTO_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <vector>

#include "absl/status/statusor.h"
#include "proto/sti/v1/provisioning.pb.h"
#include "services/as/attestation_policy.h"
#include "services/as/number_import.h"
#include "services/as/number_registry.h"
#include "services/as/provisioned.h"

namespace sti::as {

// kInvalidField (customer.state, customer.highest_attest, customer.unknown_number) for values that are none.
absl::StatusOr<Customer> FromProto(const sti::v1::Customer& proto);
Trunk FromProto(const sti::v1::Trunk& proto);
NumberRequest FromProto(const sti::v1::CustomerNumbers& proto);
std::vector<NumberRequest> FromProto(
    const google::protobuf::RepeatedPtrField<sti::v1::CustomerNumbers>& proto);
// kMissingField and kInvalidField (rule.kind, rule.highest_attest).
absl::StatusOr<NumberRule> FromProto(const sti::v1::NumberRule& proto);
RcdProfile FromProto(const sti::v1::RcdProfile& proto);

sti::v1::Customer ToProto(const Customer& customer);
sti::v1::Trunk ToProto(const Trunk& trunk);
sti::v1::CustomerNumbers ToProto(const CustomerNumbers& numbers);
sti::v1::NumberRule ToProto(const NumberRule& rule);
sti::v1::RcdProfile ToProto(const RcdProfile& profile);
sti::v1::ImportNumbersResponse ToProto(const NumberImportResult& result);
sti::v1::ExplainedCall ToProto(const Explanation& explanation);

// kNone for an unspecified one. kInvalidField with `field`.
absl::StatusOr<stir::Attestation> AttestationFrom(absl::string_view field, sti::v1::Attestation proto);

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONING_PROTO_H_
