// Verdicts in the public contract's form. Shared by the edge of sti-vs and by stictl's offline verifier, so
// that both say the same.
#ifndef COMMON_EDGE_VERDICT_PROTO_H_
#define COMMON_EDGE_VERDICT_PROTO_H_

#include "common/stir/verdict.h"
#include "proto/sti/v1/verification.pb.h"

namespace sti::edge {

sti::v1::Attestation ToProto(stir::Attestation attestation);

// SIP code, phrase, verstat and public text come from the Reason table.
sti::v1::VerifyResponse ToProto(const stir::CallVerdict& verdict);

}  // namespace sti::edge

#endif  // COMMON_EDGE_VERDICT_PROTO_H_
