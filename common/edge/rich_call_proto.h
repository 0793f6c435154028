// Rich call data of a verdict in the public contract's form.
#ifndef COMMON_EDGE_RICH_CALL_PROTO_H_
#define COMMON_EDGE_RICH_CALL_PROTO_H_

#include "common/stir/passport_claims.h"
#include "common/stir/verdict.h"
#include "proto/sti/v1/call.pb.h"
#include "proto/sti/v1/verification.pb.h"

namespace sti::edge {

// jcd becomes JSON text. Members of rcd that RFC 9795 does not know are left out.
sti::v1::RichCallData ToProto(const stir::RichCallData& data);

// `header` is the one that `outcome` speaks of. Data are given only when that one passed.
sti::v1::RcdResult ToProto(const stir::RcdOutcome& outcome, const stir::HeaderVerdict& header);

}  // namespace sti::edge

#endif  // COMMON_EDGE_RICH_CALL_PROTO_H_
