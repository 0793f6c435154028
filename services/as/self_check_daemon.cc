#include "services/as/self_check_daemon.h"

#include <cstdint>
#include <string>
#include <utility>

#include "common/base/limits.h"
#include "common/base/reason.h"
#include "services/as/trust_view_client.h"

namespace sti::as {
namespace {

// Patient, unlike a verifier with a call that waits: what is slow is to be told from what is away.
constexpr absl::Duration kTimeout = absl::Seconds(5);

ClockWatchOptions WatchOptions(const sti::config::v1::ClockWatch& config) {
  return {absl::Milliseconds(config.max_offset_ms()), absl::Milliseconds(config.alarm_offset_ms())};
}

http::FetcherOptions OptionsOf(const sti::config::v1::SelfCheck& config) {
  http::FetcherOptions options;
  options.ca_file = config.ca_file();
  options.allowed_ports.clear();
  for (const int port : config.allowed_ports()) options.allowed_ports.push_back(static_cast<uint16_t>(port));
  options.allowed_special_addresses = {config.allowed_special_addresses().begin(),
                                       config.allowed_special_addresses().end()};
  options.timeout = kTimeout;
  // All providers at once, which may all be published by one CA.
  options.max_downloads = static_cast<int>(2 * limits::kSigningProviders);
  options.max_downloads_per_host = options.max_downloads;
  options.max_downloads_per_address = options.max_downloads;
  return options;
}

std::vector<std::string> OwnUrls(const sti::config::v1::AuthenticationServer& config) {
  std::vector<std::string> urls;
  for (const auto& provider : config.providers()) {
    if (provider.has_publication()) urls.push_back(provider.publication().public_url());
  }
  return urls;
}

}  // namespace

SelfCheckDaemon::SelfCheckDaemon(const sti::config::v1::AuthenticationServer& config,
                                 std::unique_ptr<http::HttpFetcher> fetcher, std::unique_ptr<TrustView> trust,
                                 const Clock& clock)
    : interval_(absl::Seconds(config.self_check().interval_seconds())),
      watch_(clock, MonotonicClock::Instance(), WatchOptions(config.clock())),
      fetcher_(std::move(fetcher)),
      trust_(std::move(trust)),
      self_check_({*fetcher_, clock, MonotonicClock::Instance(), &watch_, OwnUrls(config), trust_.get()}) {}

absl::StatusOr<std::unique_ptr<SelfCheckDaemon>> SelfCheckDaemon::Open(
    const sti::config::v1::AuthenticationServer& config, const Clock& clock) {
  auto fetcher = http::CreateFetcher(OptionsOf(config.self_check()));
  if (!fetcher.ok()) return PrefixField("self_check", fetcher.status());
  auto trust = TrustViewClient::Open(config.self_check(), clock);
  if (!trust.ok()) return PrefixField("self_check", trust.status());
  return std::unique_ptr<SelfCheckDaemon>(
      new SelfCheckDaemon(config, *std::move(fetcher), *std::move(trust), clock));
}

void SelfCheckDaemon::Start(std::vector<LookoutPost> posts, Lookout::ClockSink clock_sink) {
  lookout_ = std::make_unique<Lookout>(self_check_, watch_, MonotonicClock::Instance(), interval_,
                                       std::move(posts), std::move(clock_sink));
  lookout_->Start();
}

void SelfCheckDaemon::Stop() {
  if (trust_ != nullptr) trust_->Cancel();
  if (lookout_ != nullptr) lookout_->Stop();
}

}  // namespace sti::as
