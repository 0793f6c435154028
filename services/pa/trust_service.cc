#include "services/pa/trust_service.h"

#include "common/base/reason.h"
#include "common/rpc/status.h"
#include "services/pa/to_proto.h"

namespace sti::pa {

TrustService::TrustService(const TrustPublisher& publisher, TrustWatchers& watchers)
    : publisher_(publisher), watchers_(watchers) {}

grpc::Status TrustService::GetTrustList(grpc::ServerContext*, const sti::v1::GetTrustListRequest*,
                                        sti::v1::GetTrustListResponse* response) {
  const auto list = publisher_.TrustList();
  if (!list) return rpc::ToGrpcStatus(MakeError(Reason::kNotReady, "the trust list is not signed yet"));
  response->set_trust_list(list->jws);
  response->set_sequence(list->sequence);
  *response->mutable_expires() = ToTimestamp(list->expires);
  return grpc::Status::OK;
}

grpc::Status TrustService::GetCrl(grpc::ServerContext*, const sti::v1::GetCrlRequest*,
                                  sti::v1::GetCrlResponse* response) {
  const auto crl = publisher_.Crl();
  if (!crl) return rpc::ToGrpcStatus(MakeError(Reason::kNotReady, "the CRL is not signed yet"));
  response->set_crl(crl->der);
  for (const std::string& certificate : crl->signer_chain) response->add_signer_chain(certificate);
  response->set_number(crl->number);
  *response->mutable_next_update() = ToTimestamp(crl->expires);
  return grpc::Status::OK;
}

grpc::Status TrustService::GetNumberAuthorityList(grpc::ServerContext*,
                                                  const sti::v1::GetNumberAuthorityListRequest*,
                                                  sti::v1::GetNumberAuthorityListResponse* response) {
  const auto list = publisher_.NumberList();
  if (!list) {
    return rpc::ToGrpcStatus(publisher_.OwesNumberList()
                                 ? MakeError(Reason::kNotReady, "the number list is not signed yet")
                                 : MakeError(Reason::kNotFound, "no numbers were ever assigned here"));
  }
  response->set_number_list(list->jws);
  response->set_sequence(list->sequence);
  *response->mutable_expires() = ToTimestamp(list->expires);
  return grpc::Status::OK;
}

grpc::ServerWriteReactor<sti::v1::TrustVersion>* TrustService::WatchTrust(grpc::CallbackServerContext*,
                                                                          const sti::v1::WatchTrustRequest*) {
  return watchers_.Watch();
}

}  // namespace sti::pa
