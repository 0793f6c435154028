// TraceCalls of the SigningAdmin service.
#include <set>
#include <string>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/as/signing_admin_service.h"
#include "services/as/trace_request.h"

namespace sti::as {

grpc::Status SigningAdminService::TraceCalls(grpc::ServerContext* context,
                                             const sti::v1::TraceCallsRequest* request,
                                             sti::v1::TraceCallsResponse* response) {
  constexpr admin::Role kRole = admin::Role::kAuditor;
  const auto& all = parts_.providers.all();
  const auto answer = [&](const std::set<std::string>& providers, bool everybody, size_t plan) {
    return AnswerTrace(parts_.records_folder, providers, everybody, all[plan].plan, *request, *response);
  };
  if (!request->provider().empty()) {
    return Run(*context, kRole, request->provider(),
               [&](const Actor&, size_t provider) { return answer({all[provider].name}, false, provider); });
  }
  const auto allowed = [&](const Actor& actor) { return access_.MaySome(actor.client, kRole); };
  return parts_.gate.RunIf(*context, allowed, admin::RoleName(kRole), [&](const Actor& actor) {
    std::set<std::string> providers;
    size_t plan = all.size();
    for (size_t i = 0; i < all.size(); ++i) {
      if (!access_.Provider(actor.client, kRole, all[i].name).ok()) continue;
      providers.insert(all[i].name);
      if (plan == all.size()) plan = i;  // numbers without country code are of the first one's country
    }
    return answer(providers, parts_.gate.roles().Has(actor.client, kRole), plan);
  });
}

}  // namespace sti::as
