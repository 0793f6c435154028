#include "common/rest/rest_config.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/secret.h"
#include "common/base/status_macros.h"
#include "common/crypto/private_file.h"

namespace sti::rest {
namespace {

constexpr size_t kApiKeysFile = 256 * 1024;  // octets; a line has about 80

absl::StatusOr<crypto::ApiKeyTable> ApiKeysFrom(const std::string& file) {
  const auto refuse = [](const absl::Status& why, absl::string_view text) {
    const bool rights = ReasonOf(why) == Reason::kKeyPermissions;
    return MakeError(rights ? Reason::kKeyPermissions : Reason::kConfigInvalid, "rest.api_keys_file", text);
  };
  const absl::StatusOr<Secret> text = crypto::ReadPrivateFile(file, kApiKeysFile);
  if (!text.ok()) return refuse(text.status(), text.status().message());
  absl::StatusOr<crypto::ApiKeyTable> table = crypto::ApiKeyTable::Parse(text->RevealForUse());
  if (!table.ok()) return refuse(table.status(), absl::StrCat(file, ": ", table.status().message()));
  return table;
}

}  // namespace

absl::StatusOr<RestOptions> RestOptionsFrom(const sti::config::v1::RestServer& config) {
  if (config.client_ca_file().empty() && config.api_keys_file().empty()) {
    return MakeError(Reason::kConfigInvalid, "rest",
                     "client_ca_file or api_keys_file is needed: else no client could say who it is");
  }
  RestOptions options;
  if (!config.api_keys_file().empty()) {
    STI_ASSIGN_OR_RETURN(options.api_keys, ApiKeysFrom(config.api_keys_file()));
  }
  options.https.listen = config.listen();
  options.https.certificate_file = config.certificate_file();
  options.https.key_file = config.key_file();
  options.https.client_ca_file = config.client_ca_file();
  options.https.client_certificate_optional = !config.api_keys_file().empty();
  options.https.threads = config.threads();
  options.https.max_connections = static_cast<size_t>(config.max_connections());
  options.https.max_body = limits::kJson;
  return options;
}

}  // namespace sti::rest
