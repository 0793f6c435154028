// Rules on numbers and rich call data profiles, at the edge.
#include <utility>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "services/as/provisioning_proto.h"
#include "services/as/provisioning_service.h"

namespace sti::as {

using grpc::ServerContext;

grpc::Status ProvisioningService::PutNumberRule(ServerContext* context,
                                                const sti::v1::PutNumberRuleRequest* request,
                                                sti::v1::NumberRule* response) {
  return Change(*context, request->provider(), [&](const Actor& actor, size_t provider) -> absl::Status {
    STI_ASSIGN_OR_RETURN(NumberRule asked, FromProto(request->rule()));
    STI_ASSIGN_OR_RETURN(const NumberRule rule, rules_.Put(actor, provider, std::move(asked)));
    daemon::LogInfo("number rule put", {{"admin", actor.client},
                                        {"request_id", actor.request_id},
                                        {"provider", NameOf(provider)},
                                        {"kind", RuleKindText(rule.kind)},
                                        {"first", daemon::TelephoneNumberText{rule.first}},
                                        {"last", daemon::TelephoneNumberText{rule.last}}});
    *response = ToProto(rule);
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::ListNumberRules(ServerContext* context,
                                                  const sti::v1::ListNumberRulesRequest* request,
                                                  sti::v1::ListNumberRulesResponse* response) {
  return Look(*context, request->provider(), [&](const Actor&, size_t provider) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const RulePage page,
                         rules_.List(provider, request->page_size(), request->page_token()));
    for (const NumberRule& rule : page.rules) *response->add_rules() = ToProto(rule);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::DeleteNumberRule(ServerContext* context,
                                                   const sti::v1::DeleteNumberRuleRequest* request,
                                                   sti::v1::DeleteNumberRuleResponse* /*response*/) {
  return Change(*context, request->provider(), [&](const Actor& actor, size_t provider) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const NumberRule rule, FromProto(request->rule()));
    STI_RETURN_IF_ERROR(rules_.Delete(actor, provider, rule));
    daemon::LogInfo("number rule deleted", {{"admin", actor.client},
                                            {"request_id", actor.request_id},
                                            {"provider", NameOf(provider)},
                                            {"kind", RuleKindText(rule.kind)},
                                            {"first", daemon::TelephoneNumberText{rule.first}},
                                            {"last", daemon::TelephoneNumberText{rule.last}}});
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::PutRcdProfile(ServerContext* context,
                                                const sti::v1::PutRcdProfileRequest* request,
                                                sti::v1::RcdProfile* response) {
  return Change(*context, request->provider(), [&](const Actor& actor, size_t provider) -> absl::Status {
    if (!request->has_profile()) return MakeError(Reason::kMissingField, "profile", "nothing to put");
    STI_ASSIGN_OR_RETURN(const RcdProfile profile,
                         profiles_.Put(actor, provider, FromProto(request->profile())));
    daemon::LogInfo("rcd profile put", {{"admin", actor.client},
                                        {"request_id", actor.request_id},
                                        {"provider", NameOf(provider)},
                                        {"customer", profile.customer},
                                        {"profile", profile.name}});
    *response = ToProto(profile);
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::ListRcdProfiles(ServerContext* context,
                                                  const sti::v1::ListRcdProfilesRequest* request,
                                                  sti::v1::ListRcdProfilesResponse* response) {
  return Look(*context, request->provider(), [&](const Actor&, size_t provider) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const ProfilePage page, profiles_.List(provider, request->customer(),
                                                                request->page_size(), request->page_token()));
    for (const RcdProfile& profile : page.profiles) *response->add_profiles() = ToProto(profile);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::DeleteRcdProfile(ServerContext* context,
                                                   const sti::v1::DeleteRcdProfileRequest* request,
                                                   sti::v1::DeleteRcdProfileResponse* /*response*/) {
  return Change(*context, request->provider(), [&](const Actor& actor, size_t provider) -> absl::Status {
    STI_RETURN_IF_ERROR(profiles_.Delete(actor, provider, request->customer(), request->name()));
    daemon::LogInfo("rcd profile deleted", {{"admin", actor.client},
                                            {"request_id", actor.request_id},
                                            {"provider", NameOf(provider)},
                                            {"customer", request->customer()},
                                            {"profile", request->name()}});
    return absl::OkStatus();
  });
}

}  // namespace sti::as
