// How calls would be attested, at the edge.
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/stir/telephone_number.h"
#include "services/as/call_authority.h"
#include "services/as/provisioning_proto.h"
#include "services/as/provisioning_service.h"
#include "services/as/signing_client.h"

namespace sti::as {
namespace {

absl::StatusOr<stir::PartyIdentity> Party(absl::string_view field, const std::string& text,
                                          const stir::NumberingPlan& plan) {
  if (text.empty()) return MakeError(Reason::kMissingField, field, "a number or URI is needed");
  auto identity = stir::ParseSipIdentity(text, plan);
  if (!identity.ok()) return MakeError(ReasonOf(identity.status()), field, identity.status().message());
  return identity;
}

}  // namespace

absl::StatusOr<Explanation> ProvisioningService::Explain(size_t provider,
                                                         const sti::v1::CallToExplain& call) const {
  const stir::NumberingPlan& plan = parts_.room.provider(provider).plan;
  CallToAttest asked;
  asked.provider = provider;
  if (!call.client().empty()) {
    const auto client = FindSigningClient(parts_.room.providers, *parts_.snapshot.Get(), call.client());
    if (!client.ok() || client->provider != provider) {
      return MakeError(Reason::kPermissionDenied, "client", "no client of this provider");
    }
    asked.client_attests = client->attests;
    asked.client_customer = client->customer;
  }
  asked.trunk = call.trunk();
  asked.customer = call.customer();
  STI_ASSIGN_OR_RETURN(const stir::PartyIdentity orig, Party("orig", call.orig(), plan));
  STI_ASSIGN_OR_RETURN(const stir::PartyIdentity dest, Party("dest", call.dest(), plan));
  asked.orig = NumberOf(orig);
  AddDestination(dest, asked);
  STI_ASSIGN_OR_RETURN(asked.requested, AttestationFrom("attest", call.attest()));
  asked.time = parts_.room.clock.TimeNow();
  return parts_.policy.Explain(asked);
}

grpc::Status ProvisioningService::ExplainCalls(grpc::ServerContext* context,
                                               const sti::v1::ExplainCallsRequest* request,
                                               sti::v1::ExplainCallsResponse* response) {
  return Look(*context, request->provider(), [&](const Actor&, size_t provider) -> absl::Status {
    if (request->calls().empty()) return MakeError(Reason::kMissingField, "calls", "at least one is needed");
    if (static_cast<size_t>(request->calls_size()) > limits::kBatch) {
      return MakeError(Reason::kTooLarge, "calls", absl::StrCat("more than ", limits::kBatch));
    }
    for (int i = 0; i < request->calls_size(); ++i) {
      const auto explanation = Explain(provider, request->calls(i));
      if (explanation.ok()) {
        *response->add_calls() = ToProto(*explanation);
      } else {
        *response->add_calls()->mutable_error() =
            rpc::ToErrorDetail(PrefixField(absl::StrCat("calls[", i, "]"), explanation.status()));
      }
    }
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::FindOrigid(grpc::ServerContext* context,
                                             const sti::v1::FindOrigidRequest* request,
                                             sti::v1::FindOrigidResponse* response) {
  return Look(*context, request->provider(), [&](const Actor&, size_t provider) -> absl::Status {
    if (request->origid().empty()) return MakeError(Reason::kMissingField, "origid", "an origid is needed");
    if (request->origid().size() > limits::kName) {
      return MakeError(Reason::kTooLarge, "origid", "no origid is that long");
    }
    const auto owner = parts_.policy.OwnerOfOrigid(provider, request->origid());
    if (!owner) {
      return MakeError(Reason::kNotFound, "origid",
                       "it stands for no trunk and no customer of this provider");
    }
    response->set_customer(owner->customer);
    response->set_trunk(owner->trunk);
    return absl::OkStatus();
  });
}

}  // namespace sti::as
