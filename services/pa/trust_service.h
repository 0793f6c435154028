// Edge of sti.v1.Trust: the signed documents as they are, for every client that the TLS layer accepts.
#ifndef SERVICES_PA_TRUST_SERVICE_H_
#define SERVICES_PA_TRUST_SERVICE_H_

#include "proto/sti/v1/trust.grpc.pb.h"
#include "services/pa/trust_publisher.h"
#include "services/pa/trust_watchers.h"

namespace sti::pa {

// Thread-safe. The watch is a callback method, the rest synchronous.
class TrustService final : public sti::v1::Trust::WithCallbackMethod_WatchTrust<sti::v1::Trust::Service> {
 public:
  // Both must outlive this.
  TrustService(const TrustPublisher& publisher, TrustWatchers& watchers);

  grpc::Status GetTrustList(grpc::ServerContext* context, const sti::v1::GetTrustListRequest* request,
                            sti::v1::GetTrustListResponse* response) override;
  grpc::Status GetCrl(grpc::ServerContext* context, const sti::v1::GetCrlRequest* request,
                      sti::v1::GetCrlResponse* response) override;
  grpc::Status GetNumberAuthorityList(grpc::ServerContext* context,
                                      const sti::v1::GetNumberAuthorityListRequest* request,
                                      sti::v1::GetNumberAuthorityListResponse* response) override;
  grpc::ServerWriteReactor<sti::v1::TrustVersion>* WatchTrust(
      grpc::CallbackServerContext* context, const sti::v1::WatchTrustRequest* request) override;

 private:
  const TrustPublisher& publisher_;
  TrustWatchers& watchers_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_TRUST_SERVICE_H_
