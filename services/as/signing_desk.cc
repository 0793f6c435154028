#include "services/as/signing_desk.h"

#include <memory>
#include <utility>

#include "common/base/reason.h"
#include "services/as/outgoing_claims.h"

namespace sti::as {

absl::StatusOr<SigningClient> SigningDesk::ClientOf(const std::string& identity) const {
  return FindSigningClient(providers_, *provisioned_.Get(), identity);
}

absl::StatusOr<CallLimits::Admission> SigningDesk::Admit(const SigningClient& client,
                                                         const OutgoingCall& call, size_t passports) const {
  auto admission = limits_.Admit(client.identity, passports, false);
  // Looked at only where it matters.
  if (admission.ok() || !signer_.IsEmergency(client, call)) return admission;
  return limits_.Admit(client.identity, passports, true);
}

void SigningDesk::Answer(const Done& done, absl::StatusOr<std::vector<SignedCall>> result) const {
  if (!result.ok() && refused_) refused_(result.status());
  done(std::move(result));
}

void SigningDesk::Sign(const std::string& identity, std::string request_id, OutgoingCall call,
                       Done done) const {
  const auto type = OutgoingType(call.ppt);
  if (!type.ok()) {
    const auto client = ClientOf(identity);
    return Answer(done, client.ok() ? type.status() : client.status());
  }
  SignAll(identity, std::move(request_id), std::move(call), {*type}, std::move(done));
}

void SigningDesk::SignAll(const std::string& identity, std::string request_id, OutgoingCall call,
                          absl::Span<const stir::PassportType> types, Done done) const {
  auto client = ClientOf(identity);
  if (!client.ok()) return Answer(done, client.status());
  auto admission = Admit(*client, call, types.size());
  if (!admission.ok()) return Answer(done, admission.status());
  auto prepared = signer_.Prepare(*std::move(client), std::move(request_id), std::move(call), types);
  if (!prepared.ok()) return Answer(done, prepared.status());
  if (!prepared->incoming || prepared->client.diverts)
    return Answer(done, signer_.Finish(*std::move(prepared)));
  Verify(*std::move(admission), *std::move(prepared), std::move(done));
}

void SigningDesk::Verify(CallLimits::Admission admission, PreparedCall prepared, Done done) const {
  if (verifier_ == nullptr) {
    return Answer(done,
                  MakeError(Reason::kIncomingNotVerified, "incoming_identity",
                            "no sti-vs is configured, and the client does not verify incoming calls itself"));
  }
  struct Waiting {
    CallLimits::Admission admission;
    PreparedCall prepared;
    Done done;
  };
  const auto waiting =
      std::make_shared<Waiting>(Waiting{std::move(admission), std::move(prepared), std::move(done)});
  verifier_->Verify(*waiting->prepared.incoming, [this, waiting](const absl::Status& verified) {
    if (!verified.ok()) return Answer(waiting->done, verified);
    Answer(waiting->done, signer_.Finish(std::move(waiting->prepared)));
  });
}

}  // namespace sti::as
