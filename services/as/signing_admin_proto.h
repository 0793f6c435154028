// Certificates and findings of a provider as messages of SigningAdmin.
#ifndef SERVICES_AS_SIGNING_ADMIN_PROTO_H_
#define SERVICES_AS_SIGNING_ADMIN_PROTO_H_

#include <optional>
#include <string>

#include "proto/sti/v1/signing_admin.pb.h"
#include "services/as/self_check.h"
#include "services/as/signer_state.h"

namespace sti::as {

// `renewal`: when it is renewed, if anything does that.
sti::v1::SignerCertificate ToProto(const HeldCertificate& held, sti::v1::SignerCertificate::Use use,
                                   const std::optional<absl::Time>& renewal);
sti::v1::SelfCheckResult ToProto(const SelfCheckResult& result);
// `result` may be null: there was none yet.
sti::v1::ProviderSigner ToProto(const std::string& provider, const std::string& spc, const SignerState& state,
                                const SelfCheckResult* result);

}  // namespace sti::as

#endif  // SERVICES_AS_SIGNING_ADMIN_PROTO_H_
