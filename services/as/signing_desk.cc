#include "services/as/signing_desk.h"

#include <memory>
#include <utility>

#include "common/base/reason.h"
#include "services/as/outgoing_claims.h"
#include "services/as/refusal_log.h"

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

void SigningDesk::Answer(const Asker& asker, absl::StatusOr<std::vector<SignedCall>> result) const {
  if (!result.ok()) {
    if (refused_) refused_(result.status());
    LogNotSigned(asker.client, asker.request_id, result.status());
  }
  asker.done(std::move(result));
}

void SigningDesk::Sign(const std::string& identity, std::string request_id, OutgoingCall call,
                       Done done) const {
  const auto type = OutgoingType(call.ppt);
  if (!type.ok()) {
    const auto client = ClientOf(identity);
    return Answer({identity, std::move(request_id), std::move(done)},
                  client.ok() ? type.status() : client.status());
  }
  SignAll(identity, std::move(request_id), std::move(call), {*type}, std::move(done));
}

void SigningDesk::SignAll(const std::string& identity, std::string request_id, OutgoingCall call,
                          absl::Span<const stir::PassportType> types, Done done) const {
  Asker asker{identity, std::move(request_id), std::move(done)};
  auto client = ClientOf(identity);
  if (!client.ok()) return Answer(asker, client.status());
  auto admission = Admit(*client, call, types.size());
  if (!admission.ok()) return Answer(asker, admission.status());
  auto prepared = signer_.Prepare(*std::move(client), asker.request_id, std::move(call), types);
  if (!prepared.ok()) return Answer(asker, prepared.status());
  if (!prepared->incoming || prepared->client.diverts)
    return Answer(asker, signer_.Finish(*std::move(prepared)));
  Verify(*std::move(admission), *std::move(prepared), std::move(asker));
}

void SigningDesk::Verify(CallLimits::Admission admission, PreparedCall prepared, Asker asker) const {
  if (verifier_ == nullptr) {
    return Answer(asker,
                  MakeError(Reason::kIncomingNotVerified, "incoming_identity",
                            "no sti-vs is configured, and the client does not verify incoming calls itself"));
  }
  struct Waiting {
    CallLimits::Admission admission;
    PreparedCall prepared;
    Asker asker;
  };
  const auto waiting =
      std::make_shared<Waiting>(Waiting{std::move(admission), std::move(prepared), std::move(asker)});
  verifier_->Verify(*waiting->prepared.incoming, [this, waiting](const absl::Status& verified) {
    if (!verified.ok()) return Answer(waiting->asker, verified);
    Answer(waiting->asker, signer_.Finish(std::move(waiting->prepared)));
  });
}

}  // namespace sti::as
