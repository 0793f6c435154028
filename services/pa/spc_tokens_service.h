// Edge of sti.v1.SpcTokens: who the caller is, translation, log.
#ifndef SERVICES_PA_SPC_TOKENS_SERVICE_H_
#define SERVICES_PA_SPC_TOKENS_SERVICE_H_

#include <string>

#include "common/admin/gate.h"
#include "proto/sti/v1/spc_tokens.grpc.pb.h"
#include "services/pa/token_issuer.h"

namespace sti::pa {

// Thread-safe.
class SpcTokensService final : public sti::v1::SpcTokens::Service {
 public:
  // `issuer` and `gate`, which tells who calls, must outlive this. `crl_url` goes into every answer; may be
  // empty.
  SpcTokensService(const TokenIssuer& issuer, std::string crl_url, const admin::Gate& gate);

  grpc::Status IssueToken(grpc::ServerContext* context, const sti::v1::IssueTokenRequest* request,
                          sti::v1::IssueTokenResponse* response) override;

 private:
  const TokenIssuer& issuer_;
  const std::string crl_url_;
  const admin::Gate& gate_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_SPC_TOKENS_SERVICE_H_
