#include "services/as/enrolment_sources_config.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/crypto/private_file.h"
#include "common/http/client.h"
#include "common/rpc/peer.h"
#include "services/as/acme_certificates.h"
#include "services/as/pa_https_tokens.h"

namespace sti::as {
namespace {

constexpr size_t kShortestMacKey = 16;  // octets

absl::Status Bad(absl::string_view field, absl::string_view what) {
  return MakeError(Reason::kConfigInvalid, field, what);
}

absl::Status CheckChoice(const sti::config::v1::Enrolment& config) {
  if (config.has_pa() == config.has_token_service()) {
    return Bad("enrolment.token_service", "exactly one of pa and token_service must be there");
  }
  if (config.has_ca() == config.has_acme()) {
    return Bad("enrolment.acme", "exactly one of ca and acme must be there");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<http::HttpClient>> OpenClient(absl::string_view section,
                                                             const std::string& ca_file) {
  http::ClientOptions options;
  options.ca_file = ca_file;
  auto client = http::CreateClient(options);
  if (!client.ok()) return PrefixField(section, client.status());
  return client;
}

absl::StatusOr<std::unique_ptr<TokenSource>> OpenTokenService(const sti::config::v1::TokenService& config,
                                                              const Clock& clock) {
  STI_ASSIGN_OR_RETURN(auto client, OpenClient("enrolment.token_service", config.ca_file()));
  PaHttpsOptions options;
  options.url = std::string(absl::StripSuffix(config.url(), "/"));
  options.account = config.account();
  options.user = config.user();
  options.password_file = config.password_file();
  if (config.path() == "at") options.path = PaHttpsOptions::Path::kAt;
  if (config.path() == "api") options.path = PaHttpsOptions::Path::kApi;
  return std::make_unique<PaHttpsTokens>(std::move(options), std::move(client), clock);
}

absl::StatusOr<Secret> ReadMacKey(const std::string& path) {
  const auto file = crypto::ReadPrivateFile(path, limits::kPassword);
  if (!file.ok())
    return MakeError(ReasonOf(file.status()), "enrolment.acme.external_key_file", file.status().message());
  absl::StatusOr<std::string> octets =
      codec::Base64DecodeLenient(absl::StripTrailingAsciiWhitespace(file->RevealForUse()));
  if (!octets.ok() || octets->size() < kShortestMacKey) {
    return Bad("enrolment.acme.external_key_file",
               absl::StrCat(path, " does not hold a key of 16 octets or more in base64url"));
  }
  return Secret(*std::move(octets));
}

absl::StatusOr<std::unique_ptr<CertificateSource>> OpenAcme(const sti::config::v1::AcmeServer& config,
                                                            const std::string& folder,
                                                            const Secret& passphrase, const Clock& clock) {
  STI_ASSIGN_OR_RETURN(auto client, OpenClient("enrolment.acme", config.ca_file()));
  AcmeOptions options;
  options.directory_url = config.directory();
  options.account.contacts = {config.contacts().begin(), config.contacts().end()};
  options.account.agreed_terms = config.agreed_terms();
  options.account.external_key_id = config.external_key_id();
  if (config.external_key_id().empty() != config.external_key_file().empty()) {
    return Bad("enrolment.acme.external_key_id", "external_key_id and external_key_file go together");
  }
  if (!config.external_key_file().empty()) {
    STI_ASSIGN_OR_RETURN(options.account.external_key, ReadMacKey(config.external_key_file()));
  }
  options.challenge_member = config.challenge_member();
  options.timeout = absl::Seconds(config.timeout_seconds());
  options.account_key_file = absl::StrCat(folder, "/acme-account-key.pem");
  options.passphrase = Secret(std::string(passphrase.RevealForUse()));
  options.order_file = absl::StrCat(folder, "/acme-order");
  return std::make_unique<AcmeCertificates>(std::move(options), std::move(client), clock);
}

}  // namespace

absl::StatusOr<std::unique_ptr<EnrolmentSources>> EnrolmentSources::Open(
    const sti::config::v1::Enrolment& config, const std::string& folder, const Secret& passphrase,
    const Clock& clock) {
  STI_RETURN_IF_ERROR(CheckChoice(config));
  std::unique_ptr<EnrolmentSources> sources(new EnrolmentSources);
  rpc::Peer pa, ca;
  if (config.has_pa()) {
    STI_ASSIGN_OR_RETURN(pa, rpc::Peer::Open(config.pa()));
  }
  if (config.has_ca()) {
    STI_ASSIGN_OR_RETURN(ca, rpc::Peer::Open(config.ca()));
  }
  if (pa.exists() || ca.exists()) sources->grpc_ = std::make_unique<EnrolmentClient>(pa, ca);
  if (config.has_token_service()) {
    STI_ASSIGN_OR_RETURN(sources->own_tokens_, OpenTokenService(config.token_service(), clock));
  }
  if (config.has_acme()) {
    STI_ASSIGN_OR_RETURN(sources->own_certificates_, OpenAcme(config.acme(), folder, passphrase, clock));
  }
  sources->tokens_ = sources->own_tokens_ ? sources->own_tokens_.get() : sources->grpc_.get();
  sources->certificates_ =
      sources->own_certificates_ ? sources->own_certificates_.get() : sources->grpc_.get();
  return sources;
}

bool EnrolmentSources::Wanted(const sti::config::v1::Enrolment& config) {
  return config.has_pa() || config.has_token_service() || config.has_ca() || config.has_acme();
}

void EnrolmentSources::Cancel() {
  tokens_->Cancel();
  certificates_->Cancel();
}

}  // namespace sti::as
