#include "services/as/signing_admin_service.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "services/as/signing_admin_proto.h"

namespace sti::as {

using grpc::ServerContext;
using sti::v1::SignerCertificate;

SigningAdminService::SigningAdminService(SigningAdminParts parts)
    : parts_(std::move(parts)), access_(parts_.gate.roles(), parts_.providers) {}

grpc::Status SigningAdminService::Run(const ServerContext& context, admin::Role role,
                                      absl::string_view provider, const Work& work,
                                      absl::string_view rpc) const {
  const auto allowed = [&](const Actor& actor) {
    return ReasonOf(access_.Provider(actor.client, role, provider).status()) != Reason::kPermissionDenied;
  };
  return parts_.gate.RunIf(
      context, allowed, admin::RoleName(role),
      [&](const Actor& actor) -> absl::Status {
        STI_ASSIGN_OR_RETURN(const size_t index, access_.Provider(actor.client, role, provider));
        return work(actor, index);
      },
      rpc);
}

absl::Status SigningAdminService::Audit(const Actor& actor, absl::string_view action, size_t provider,
                                        const HeldCertificate* certificate) const {
  const SigningProviderOptions& options = parts_.providers.all()[provider];
  std::string after;
  if (certificate != nullptr) {
    after = codec::CanonicalJson(codec::JsonObject{{"serial", certificate->credential->serial},
                                                   {"x5u", certificate->credential->signer.x5u()}});
  }
  const absl::Status kept = parts_.audit(
      actor, {absl::StrCat("signer.", action), absl::StrCat("signer/", options.name), options.spc, after});
  if (kept.ok()) return kept;
  return MakeError(ReasonOf(kept),
                   absl::StrCat("it was done, but not written into the audit: ", kept.message()));
}

grpc::Status SigningAdminService::ListSigners(ServerContext* context,
                                              const sti::v1::ListSignersRequest* request,
                                              sti::v1::ListSignersResponse* response) {
  const auto add = [&](size_t provider) {
    const ProviderDaemon& daemon = *parts_.daemons[provider];
    const auto state = daemon.enrolment().state().Get();
    const auto checked = daemon.self_check();
    const SigningProviderOptions& options = parts_.providers.all()[provider];
    *response->add_signers() =
        ToProto(options.name, options.spc, state == nullptr ? SignerState() : *state, checked.get());
  };
  if (!request->provider().empty()) {
    return Run(*context, admin::Role::kViewer, request->provider(), [&](const Actor&, size_t provider) {
      add(provider);
      return absl::OkStatus();
    });
  }
  const auto allowed = [&](const Actor& actor) {
    return access_.MaySome(actor.client, admin::Role::kViewer);
  };
  return parts_.gate.RunIf(*context, allowed, admin::RoleName(admin::Role::kViewer), [&](const Actor& actor) {
    for (size_t i = 0; i < parts_.providers.all().size(); ++i) {
      const std::string& name = parts_.providers.all()[i].name;
      if (access_.Provider(actor.client, admin::Role::kViewer, name).ok()) add(i);
    }
    return absl::OkStatus();
  });
}

grpc::Status SigningAdminService::RenewCertificate(ServerContext* context,
                                                   const sti::v1::RenewCertificateRequest* request,
                                                   sti::v1::RenewCertificateResponse* response) {
  return Run(*context, admin::Role::kOperator, request->provider(),
             [&](const Actor& actor, size_t provider) -> absl::Status {
               STI_ASSIGN_OR_RETURN(const HeldCertificate renewed,
                                    parts_.daemons[provider]->enrolment().Renew());
               *response->mutable_certificate() = ToProto(renewed, SignerCertificate::USE_NEXT, std::nullopt);
               return Audit(actor, "renew", provider, &renewed);
             });
}

grpc::Status SigningAdminService::MakeCertificateRequest(
    ServerContext* context, const sti::v1::MakeCertificateRequestRequest* request,
    sti::v1::MakeCertificateRequestResponse* response) {
  return Run(*context, admin::Role::kOperator, request->provider(),
             [&](const Actor& actor, size_t provider) -> absl::Status {
               STI_ASSIGN_OR_RETURN(*response->mutable_csr_pem(),
                                    parts_.daemons[provider]->enrolment().MakeRequest(request->token_key()));
               return Audit(actor, "request", provider, nullptr);
             });
}

grpc::Status SigningAdminService::ImportCertificate(ServerContext* context,
                                                    const sti::v1::ImportCertificateRequest* request,
                                                    sti::v1::ImportCertificateResponse* response) {
  return Run(*context, admin::Role::kOperator, request->provider(),
             [&](const Actor& actor, size_t provider) -> absl::Status {
               STI_ASSIGN_OR_RETURN(const HeldCertificate imported,
                                    parts_.daemons[provider]->enrolment().Import(
                                        {request->chain_pem(), request->x5u(), request->token_key()}));
               *response->mutable_certificate() =
                   ToProto(imported, SignerCertificate::USE_NEXT, std::nullopt);
               return Audit(actor, "import", provider, &imported);
             });
}

grpc::Status SigningAdminService::CheckSigner(ServerContext* context,
                                              const sti::v1::CheckSignerRequest* request,
                                              sti::v1::CheckSignerResponse* response) {
  return Run(*context, admin::Role::kViewer, request->provider(),
             [&](const Actor&, size_t provider) -> absl::Status {
               STI_ASSIGN_OR_RETURN(const SelfCheckResult result, parts_.daemons[provider]->CheckNow());
               *response->mutable_result() = ToProto(result);
               return absl::OkStatus();
             });
}

}  // namespace sti::as
