// The configuration of sti-vs as the options of its parts.
#ifndef SERVICES_VS_VS_CONFIG_H_
#define SERVICES_VS_VS_CONFIG_H_

#include "absl/status/statusor.h"
#include "common/http/fetcher.h"
#include "common/pki/certificate.h"
#include "proto/sti/config/v1/vs.pb.h"
#include "services/vs/certificate_cache.h"
#include "services/vs/trust_refresher.h"
#include "services/vs/verifier.h"

namespace sti::vs {

struct VsOptions {
  pki::Certificate pa_root;
  VerifierOptions verifier;
  CertificateCacheOptions cache;
  http::FetcherOptions fetcher;
  TrustRefresherOptions refresher;
};

// `config` has passed the schema. Reads pa_root_file. kConfigInvalid, with the path of the key as field.
absl::StatusOr<VsOptions> OptionsFrom(const sti::config::v1::VerificationServer& config);

}  // namespace sti::vs

#endif  // SERVICES_VS_VS_CONFIG_H_
