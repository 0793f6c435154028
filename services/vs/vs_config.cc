#include "services/vs/vs_config.h"

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/files.h"
#include "common/edge/numbering.h"

namespace sti::vs {
namespace {

absl::StatusOr<pki::Certificate> PaRootFrom(const std::string& file) {
  STI_ASSIGN_OR_RETURN(const std::string pem, daemon::ReadFile(file, limits::kChainBody));
  auto root = pki::Certificate::ParsePem(pem);
  if (!root.ok()) {
    return MakeError(Reason::kConfigInvalid, "pa_root_file",
                     absl::StrCat(file, ": ", root.status().message()));
  }
  if (!root->is_ca() || !root->IsSelfIssued() || !root->IsSignedBy(*root)) {
    return MakeError(Reason::kConfigInvalid, "pa_root_file",
                     absl::StrCat(file, " is not a self-signed CA certificate"));
  }
  return root;
}

}  // namespace

absl::StatusOr<VsOptions> OptionsFrom(const sti::config::v1::VerificationServer& config) {
  STI_ASSIGN_OR_RETURN(pki::Certificate pa_root, PaRootFrom(config.pa_root_file()));
  VsOptions options{std::move(pa_root), {}, {}, {}, {}};
  STI_ASSIGN_OR_RETURN(options.verifier.plan, edge::PlanFor(config.country_code()));
  options.verifier.policy.freshness = absl::Seconds(config.freshness_seconds());
  options.verifier.policy.future_skew = absl::Seconds(config.future_skew_seconds());

  const sti::config::v1::Download& download = config.download();
  options.cache.lifetime = absl::Seconds(download.cache_seconds());
  options.cache.negative_lifetime = absl::Seconds(download.negative_cache_seconds());
  options.cache.entries = static_cast<size_t>(download.cache_entries());
  options.fetcher.ca_file = download.ca_file();
  options.fetcher.allowed_ports.assign(download.allowed_ports().begin(), download.allowed_ports().end());
  options.verifier.policy.x5u_ports = options.fetcher.allowed_ports;
  options.fetcher.allowed_special_addresses.assign(download.allowed_special_addresses().begin(),
                                                   download.allowed_special_addresses().end());
  options.fetcher.timeout = absl::Milliseconds(download.timeout_ms());
  options.fetcher.max_body = limits::kChainBody;
  options.fetcher.max_downloads = download.max_downloads();
  options.refresher.interval = absl::Seconds(config.refresh_seconds());
  return options;
}

}  // namespace sti::vs
