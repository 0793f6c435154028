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

void SigningDesk::Note(const std::string& identity, const std::string& request_id,
                       const absl::Status& why) const {
  if (refused_) refused_(why);
  LogNotSigned(identity, request_id, why);
}

absl::Status SigningDesk::Refuse(const std::string& identity, const std::string& request_id,
                                 const absl::Status& why) const {
  const auto client = ClientOf(identity);
  const absl::Status& told = client.ok() ? why : client.status();
  Note(identity, request_id, told);
  return told;
}

void SigningDesk::Answer(Asker& asker, absl::StatusOr<std::vector<SignedCall>> result) const {
  if (!result.ok()) {
    Note(asker.client, asker.request_id, result.status());
  } else if (meters_ != nullptr) {
    asker.watch.Lap(&meters_->total);
  }
  asker.done(std::move(result));
}

void SigningDesk::Sign(const std::string& identity, std::string request_id, OutgoingCall call,
                       Done done) const {
  const auto type = OutgoingType(call.ppt);
  if (!type.ok()) return done(Refuse(identity, request_id, type.status()));
  SignAll(identity, std::move(request_id), std::move(call), {*type}, std::move(done));
}

void SigningDesk::SignAll(const std::string& identity, std::string request_id, OutgoingCall call,
                          absl::Span<const stir::PassportType> types, Done done) const {
  Asker asker{identity, std::move(request_id), std::move(done), metrics::Stopwatch(meters_ != nullptr)};
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
  metrics::Stopwatch watch(meters_ != nullptr);
  verifier_->Verify(*waiting->prepared.incoming,
                    [this, waiting, watch](const absl::Status& verified) mutable {
                      if (meters_ != nullptr) watch.Lap(&meters_->verify);
                      if (!verified.ok()) return Answer(waiting->asker, verified);
                      Answer(waiting->asker, signer_.Finish(std::move(waiting->prepared)));
                    });
}

}  // namespace sti::as
