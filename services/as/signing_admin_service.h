// Edge of sti-as: the SigningAdmin service of the public contract. One class; TraceCalls, which reads the
// records of signatures, stands in a file of its own.
#ifndef SERVICES_AS_SIGNING_ADMIN_SERVICE_H_
#define SERVICES_AS_SIGNING_ADMIN_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/admin/gate.h"
#include "proto/sti/v1/signing_admin.grpc.pb.h"
#include "services/as/provider_daemon.h"
#include "services/as/provider_table.h"
#include "services/as/provisioning_access.h"

namespace sti::as {

// A change that was made: "signer.import", "signer/PROVIDER", a compact JSON object of what came of it.
struct SignerChange {
  std::string action, object, spc, after;
};

// All references must outlive the service.
struct SigningAdminParts {
  const admin::Gate& gate;
  const ProviderTable& providers;
  std::vector<ProviderDaemon*> daemons;  // in the order of `providers`
  // Keeps the audit. Its errors are the caller's.
  std::function<absl::Status(const Actor& actor, const SignerChange& change)> audit;
  std::string records_folder;  // of the CallLog
};

// Thread-safe. Renewal and import wait for the provider's own thread, and with it for the network.
class SigningAdminService final : public sti::v1::SigningAdmin::Service {
 public:
  explicit SigningAdminService(SigningAdminParts parts);

  grpc::Status ListSigners(grpc::ServerContext* context, const sti::v1::ListSignersRequest* request,
                           sti::v1::ListSignersResponse* response) override;
  grpc::Status RenewCertificate(grpc::ServerContext* context, const sti::v1::RenewCertificateRequest* request,
                                sti::v1::RenewCertificateResponse* response) override;
  grpc::Status MakeCertificateRequest(grpc::ServerContext* context,
                                      const sti::v1::MakeCertificateRequestRequest* request,
                                      sti::v1::MakeCertificateRequestResponse* response) override;
  grpc::Status ImportCertificate(grpc::ServerContext* context,
                                 const sti::v1::ImportCertificateRequest* request,
                                 sti::v1::ImportCertificateResponse* response) override;
  grpc::Status CheckSigner(grpc::ServerContext* context, const sti::v1::CheckSignerRequest* request,
                           sti::v1::CheckSignerResponse* response) override;
  // In signing_trace_service.cc.
  grpc::Status TraceCalls(grpc::ServerContext* context, const sti::v1::TraceCallsRequest* request,
                          sti::v1::TraceCallsResponse* response) override;

 private:
  using Work = std::function<absl::Status(const Actor& actor, size_t provider)>;
  // Runs `work` for whoever has `role` for the provider of that name.
  grpc::Status Run(const grpc::ServerContext& context, admin::Role role, absl::string_view provider,
                   const Work& work, absl::string_view rpc = __builtin_FUNCTION()) const;
  absl::Status Audit(const Actor& actor, absl::string_view action, size_t provider,
                     const HeldCertificate* certificate) const;

  const SigningAdminParts parts_;
  const ProvisioningAccess access_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_SIGNING_ADMIN_SERVICE_H_
