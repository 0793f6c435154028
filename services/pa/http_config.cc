#include "services/pa/http_config.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/url.h"
#include "services/pa/http_paths.h"

namespace sti::pa {
namespace {

constexpr char kPublicUrl[] = "https.public_url";
constexpr int kThreads = 6;
constexpr int kPlaces = 4;  // leaves two threads to downloads
constexpr uint16_t kSamplePort = 8443;

absl::string_view HostOf(absl::string_view listen) { return listen.substr(0, listen.rfind(':')); }

}  // namespace

std::string PublicUrl(const HttpSettings& settings, uint16_t port) {
  if (!settings.public_url.empty()) return settings.public_url;
  return absl::StrCat("https://", HostOf(settings.server.listen), ":", port);
}

absl::StatusOr<HttpSettings> LoadHttpSettings(const sti::config::v1::PolicyHttps& config) {
  HttpSettings settings;
  settings.server.listen = config.server().listen();
  settings.server.certificate_file = config.server().certificate_file();
  settings.server.key_file = config.server().key_file();
  settings.server.threads = kThreads;
  settings.server.max_body = limits::kJson;
  settings.places = kPlaces;
  settings.public_url = std::string(absl::StripSuffix(config.public_url(), "/"));
  settings.sessions.access_life = absl::Seconds(config.session_seconds());
  settings.sessions.refresh_life = absl::Seconds(config.refresh_seconds());
  settings.sessions.failed_logins = config.failed_logins();
  settings.token_x5u_only = config.token_x5u_only();

  const absl::string_view host = HostOf(settings.server.listen);
  if (settings.public_url.empty() && (host.empty() || host == "0.0.0.0" || host == "[::]" || host == "*")) {
    return MakeError(Reason::kConfigInvalid, kPublicUrl,
                     absl::StrCat("needed, because https.server.listen \"", settings.server.listen,
                                  "\" is no name that others can reach"));
  }
  const absl::Status url =
      codec::Url::Parse(absl::StrCat(PublicUrl(settings, kSamplePort), kCrlPath)).status();
  if (!url.ok()) return MakeError(Reason::kConfigInvalid, kPublicUrl, url.message());
  return settings;
}

}  // namespace sti::pa
