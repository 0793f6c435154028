// The project's own structs as generated messages. Only for the edges of sti-pa.
#ifndef SERVICES_PA_TO_PROTO_H_
#define SERVICES_PA_TO_PROTO_H_

#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "proto/sti/v1/policy_admin.pb.h"
#include "services/pa/number_ledger.h"
#include "services/pa/number_registry.h"
#include "services/pa/pending_change_records.h"
#include "services/pa/provider_records.h"
#include "services/pa/provider_registry.h"
#include "services/pa/token_records.h"
#include "services/pa/trust_records.h"

namespace sti::pa {

google::protobuf::Timestamp ToTimestamp(absl::Time time);

sti::v1::Provider ToProto(const Provider& provider);
sti::v1::ProviderChange ToProto(const ProviderChange& change);
sti::v1::Authority ToProto(const Authority& authority);
sti::v1::PendingChange ToProto(const PendingChange& change);
sti::v1::Revocation ToProto(const Revocation& revocation);
sti::v1::IssuedToken ToProto(const TokenRecord& token);
sti::v1::NumberRange ToProto(const NumberBlock& block);

// Without what is output only.
Provider FromProto(const sti::v1::Provider& message);
std::vector<NumberRequest> FromProto(const google::protobuf::RepeatedPtrField<sti::v1::NumberRange>& numbers);

}  // namespace sti::pa

#endif  // SERVICES_PA_TO_PROTO_H_
