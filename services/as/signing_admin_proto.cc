#include "services/as/signing_admin_proto.h"

#include <cstdint>

namespace sti::as {
namespace {

using sti::v1::SignerCertificate;

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

}  // namespace

SignerCertificate ToProto(const HeldCertificate& held, SignerCertificate::Use use,
                          const std::optional<absl::Time>& renewal) {
  SignerCertificate message;
  const SigningCredential& credential = *held.credential;
  const pki::Certificate& leaf = credential.chain->leaf();
  message.set_use(use);
  message.set_serial(credential.serial);
  message.set_subject(leaf.subject().Text());
  message.set_issuer(leaf.issuer_text());
  message.set_x5u(credential.signer.x5u());
  *message.mutable_not_before() = ToTimestamp(credential.not_before);
  *message.mutable_not_after() = ToTimestamp(credential.not_after);
  if (renewal) *message.mutable_renewal() = ToTimestamp(*renewal);
  return message;
}

sti::v1::SelfCheckResult ToProto(const SelfCheckResult& result) {
  sti::v1::SelfCheckResult message;
  *message.mutable_time() = ToTimestamp(result.time);
  for (const SelfCheckFinding& finding : result.findings) {
    sti::v1::SelfCheckFinding& shown = *message.add_findings();
    shown.set_name(finding.name);
    shown.set_severity(finding.error ? "error" : "warning");
    shown.set_text(finding.text);
  }
  return message;
}

sti::v1::ProviderSigner ToProto(const std::string& provider, const std::string& spc, const SignerState& state,
                                const SelfCheckResult* result) {
  sti::v1::ProviderSigner message;
  message.set_provider(provider);
  message.set_spc(spc);
  const auto add = [&](const std::optional<HeldCertificate>& held, SignerCertificate::Use use) {
    if (!held) return;
    const bool is_current = use == SignerCertificate::USE_CURRENT;
    *message.add_certificates() = ToProto(*held, use, is_current ? state.renewal : std::nullopt);
  };
  add(state.current, SignerCertificate::USE_CURRENT);
  add(state.next, SignerCertificate::USE_NEXT);
  add(state.previous, SignerCertificate::USE_PREVIOUS);
  for (const std::string& what : state.lacking) message.add_lacking(what);
  for (const std::string& what : state.trouble) message.add_lacking(what);
  if (result != nullptr) *message.mutable_self_check() = ToProto(*result);
  if (state.token_expires) *message.mutable_token_expires() = ToTimestamp(*state.token_expires);
  return message;
}

}  // namespace sti::as
