#include "services/ca/certificate_authority_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/daemon/log.h"
#include "common/pki/csr.h"
#include "common/rpc/status.h"
#include "services/ca/ca_audit.h"
#include "services/ca/certificate_profile.h"
#include "services/ca/claimed_jti.h"
#include "services/ca/to_proto.h"

namespace sti::ca {
namespace {

bool IsTokenRefusal(Reason reason) {
  switch (reason) {
    case Reason::kSpcTokenMalformed:
    case Reason::kSpcTokenUntrusted:
    case Reason::kSpcTokenSignatureInvalid:
    case Reason::kSpcTokenExpired:
    case Reason::kSpcTokenReplayed:
    case Reason::kSpcTokenFingerprintMismatch:
    case Reason::kSpcTokenTnAuthListMismatch:
    case Reason::kSpcTokenCaFlagMismatch:
      return true;
    default:
      return false;
  }
}

}  // namespace

CertificateAuthorityService::CertificateAuthorityService(const CertificateIssuer& issuer,
                                                         std::string public_url, const admin::Gate& gate,
                                                         admin::RefusalAudit& refusals)
    : issuer_(issuer), public_url_(std::move(public_url)), gate_(gate), refusals_(refusals) {}

void CertificateAuthorityService::NoteRefusal(const Actor& actor, const std::string& csr,
                                              const std::string& token, const absl::Status& why) {
  if (!IsTokenRefusal(ReasonOf(why))) return;
  std::string spc;
  if (const auto parsed = pki::Csr::ParseDer(csr); parsed.ok()) spc = RequestedSpc(*parsed).value_or("");
  store::AuditEvent event = RefusedTokenEvent(spc, why);
  if (const std::string jti = ClaimedJti(token); !jti.empty())
    event.after = codec::CanonicalJson(codec::JsonObject{{"jti", jti}});
  const absl::Status recorded = refusals_.Record(actor, std::move(event));
  if (recorded.ok()) return;
  daemon::LogError(
      "a refusal is not in the audit",
      {{"client", actor.client}, {"request_id", actor.request_id}, {"detail", recorded.message()}});
}

absl::StatusOr<CertificateRecord> CertificateAuthorityService::Issue(
    const sti::v1::IssueCertificateRequest& request, const Actor& actor) const {
  RequestedValidity validity;
  if (request.has_not_before()) {
    STI_ASSIGN_OR_RETURN(validity.not_before, FromTimestamp(request.not_before(), "not_before"));
  }
  if (request.has_not_after()) {
    STI_ASSIGN_OR_RETURN(validity.not_after, FromTimestamp(request.not_after(), "not_after"));
  }
  return issuer_.Issue({request.csr(), request.spc_token(), validity, actor});
}

grpc::Status CertificateAuthorityService::IssueCertificate(grpc::ServerContext* context,
                                                           const sti::v1::IssueCertificateRequest* request,
                                                           sti::v1::IssueCertificateResponse* response) {
  const Actor actor = gate_.CallerOf(*context);
  const absl::StatusOr<CertificateRecord> issued = Issue(*request, actor);
  if (!issued.ok()) {
    daemon::LogWarning("certificate refused", {{"client", actor.client},
                                               {"request_id", actor.request_id},
                                               {"reason", ReasonName(ReasonOf(issued.status()))},
                                               {"detail", issued.status().message()}});
    NoteRefusal(actor, request->csr(), request->spc_token(), issued.status());
    return rpc::ToGrpcStatus(issued.status());
  }
  daemon::LogInfo("certificate issued",
                  {{"client", actor.client},
                   {"request_id", actor.request_id},
                   {"serial", issued->serial},
                   {"spc", issued->spc},
                   {"subject", issued->subject},
                   {"not_after", absl::FormatTime(issued->not_after, absl::UTCTimeZone())},
                   {"jti", issued->token_jti}});
  *response = ToIssued(*issued, public_url_);
  return grpc::Status::OK;
}

}  // namespace sti::ca
