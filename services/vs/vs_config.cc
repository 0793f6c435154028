#include "services/vs/vs_config.h"

#include "common/base/limits.h"
#include "common/base/status_macros.h"
#include "common/rpc/access_list.h"
#include "services/vs/profile_config.h"
#include "services/vs/trust_domain_config.h"

namespace sti::vs {
namespace {

CertificateCacheOptions CacheFrom(const sti::config::v1::Download& download) {
  CertificateCacheOptions options;
  options.lifetime = absl::Seconds(download.cache_seconds());
  options.negative_lifetime = absl::Seconds(download.negative_cache_seconds());
  options.entries = static_cast<size_t>(download.cache_entries());
  options.obey_no_store = download.obey_no_store();
  return options;
}

http::FetcherOptions FetcherFrom(const sti::config::v1::Download& download) {
  http::FetcherOptions options;
  options.ca_file = download.ca_file();
  options.allowed_ports.assign(download.allowed_ports().begin(), download.allowed_ports().end());
  options.allowed_special_addresses.assign(download.allowed_special_addresses().begin(),
                                           download.allowed_special_addresses().end());
  options.timeout = absl::Milliseconds(download.timeout_ms());
  options.max_body = limits::kChainBody;
  options.max_downloads = download.max_downloads();
  options.max_downloads_per_host = download.max_downloads_per_host();
  options.max_downloads_per_address = download.max_downloads_per_address();
  return options;
}

}  // namespace

absl::StatusOr<VsOptions> OptionsFrom(const sti::config::v1::VerificationServer& config) {
  VsOptions options;
  STI_RETURN_IF_ERROR(rpc::CheckAccess(config.grpc(), {"sti.v1.Verification"}));
  STI_ASSIGN_OR_RETURN(options.trust_domains, TrustDomainsFrom(config));
  STI_ASSIGN_OR_RETURN(options.profiles, ProfilesFrom(config, options.trust_domains));
  options.cache = CacheFrom(config.download());
  options.fetcher = FetcherFrom(config.download());
  options.replay_entries = static_cast<size_t>(config.replay().entries());
  if (config.has_rest()) {
    STI_ASSIGN_OR_RETURN(options.rest, rest::RestOptionsFrom(config.rest()));
  }
  return options;
}

}  // namespace sti::vs
