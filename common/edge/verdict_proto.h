// Verdicts in the public contract's form. Shared by the edge of sti-vs and by stictl's offline verifier, so
// that both say the same.
#ifndef COMMON_EDGE_VERDICT_PROTO_H_
#define COMMON_EDGE_VERDICT_PROTO_H_

#include "absl/strings/string_view.h"
#include "common/stir/verdict.h"
#include "common/stir/verdict_text.h"
#include "proto/sti/v1/verification.pb.h"

namespace sti::edge {

sti::v1::Attestation ToProto(stir::Attestation attestation);

// SIP code and phrase come from the verdict's error table, verstat and public text from the Reason table.
// `form` and `profile` are the client's. `brief` leaves out checks, notes and explain.
sti::v1::VerifyResponse ToProto(const stir::CallVerdict& verdict, const stir::ReplyForm& form,
                                absl::string_view profile, bool brief);

// The same with the customary form, no profile, in full.
sti::v1::VerifyResponse ToProto(const stir::CallVerdict& verdict);

}  // namespace sti::edge

#endif  // COMMON_EDGE_VERDICT_PROTO_H_
