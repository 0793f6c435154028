// Where a provider's tokens and certificates come from, opened as the configuration says: gRPC or HTTPS for
// the STI-PA, gRPC or ACME for the STI-CA, in any combination.
#ifndef SERVICES_AS_ENROLMENT_SOURCES_CONFIG_H_
#define SERVICES_AS_ENROLMENT_SOURCES_CONFIG_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/secret.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/certificate_source.h"
#include "services/as/enrolment_client.h"
#include "services/as/token_source.h"

namespace sti::as {

// Opens without asking anybody. Not movable: others hold references to the sources.
class EnrolmentSources {
 public:
  // `folder` keeps the ACME account's key, encrypted with `passphrase` unless that is empty, and the order
  // under way. `clock` must outlive it. kConfigInvalid,
  // with the path below the provider as field ("enrolment.token_service.ca_file"), also unless there is
  // exactly one of pa and token_service, and exactly one of ca and acme; kKeyPermissions; errors of
  // rpc::Peer::Open.
  static absl::StatusOr<std::unique_ptr<EnrolmentSources>> Open(const sti::config::v1::Enrolment& config,
                                                                const std::string& folder,
                                                                const Secret& passphrase, const Clock& clock);
  // Whether the configuration names any of them; without, certificates are imported.
  static bool Wanted(const sti::config::v1::Enrolment& config);
  EnrolmentSources(const EnrolmentSources&) = delete;
  EnrolmentSources& operator=(const EnrolmentSources&) = delete;

  TokenSource& tokens() { return *tokens_; }
  CertificateSource& certificates() { return *certificates_; }
  // Ends what is under way; everything fails from then on. From any thread.
  void Cancel();

 private:
  EnrolmentSources() = default;
  std::unique_ptr<EnrolmentClient> grpc_;  // null without gRPC
  std::unique_ptr<TokenSource> own_tokens_;
  std::unique_ptr<CertificateSource> own_certificates_;
  TokenSource* tokens_ = nullptr;
  CertificateSource* certificates_ = nullptr;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ENROLMENT_SOURCES_CONFIG_H_
