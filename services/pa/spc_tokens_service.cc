#include "services/pa/spc_tokens_service.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "common/daemon/log.h"
#include "common/rpc/status.h"
#include "services/pa/to_proto.h"

namespace sti::pa {

SpcTokensService::SpcTokensService(const TokenIssuer& issuer, std::string crl_url, const admin::Gate& gate)
    : issuer_(issuer), crl_url_(std::move(crl_url)), gate_(gate) {}

grpc::Status SpcTokensService::IssueToken(grpc::ServerContext* context,
                                          const sti::v1::IssueTokenRequest* request,
                                          sti::v1::IssueTokenResponse* response) {
  const Actor actor = gate_.CallerOf(*context);
  const std::string& client = actor.client;
  const absl::StatusOr<IssuedToken> issued =
      issuer_.Issue(actor, {client, request->tn_auth_list(), request->fingerprint(), request->ca()});
  if (!issued.ok()) {
    daemon::LogWarning("SPC token refused", {{"client", client},
                                             {"request_id", actor.request_id},
                                             {"reason", ReasonName(ReasonOf(issued.status()))},
                                             {"detail", issued.status().message()}});
    return rpc::ToGrpcStatus(issued.status());
  }
  const TokenRecord& record = issued->record;
  daemon::LogInfo("SPC token issued", {{"client", client},
                                       {"request_id", actor.request_id},
                                       {"provider", record.provider_id},
                                       {"spc", absl::StrJoin(record.spcs, ",")},
                                       {"jti", record.jti},
                                       {"ca", record.ca ? "true" : "false"},
                                       {"expires", absl::FormatTime(record.expires, absl::UTCTimeZone())}});
  response->set_token(issued->token);
  response->set_jti(record.jti);
  *response->mutable_expires() = ToTimestamp(record.expires);
  response->set_crl_url(crl_url_);
  return grpc::Status::OK;
}

}  // namespace sti::pa
