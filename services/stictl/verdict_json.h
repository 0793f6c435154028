// A verdict as JSON.
#ifndef SERVICES_STICTL_VERDICT_JSON_H_
#define SERVICES_STICTL_VERDICT_JSON_H_

#include "common/codec/json.h"
#include "proto/sti/v1/verification.pb.h"

namespace sti::stictl {

// Members are named as the fields of VerifyResponse. attestation is "A", "B", "C" or ""; claims is an object;
// div, rph and nested_in are absent where the verdict has none.
codec::JsonValue VerdictJson(const sti::v1::VerifyResponse& response);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_VERDICT_JSON_H_
