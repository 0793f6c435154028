#include "services/ca/ca_config.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/admin/roles_config.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/url.h"
#include "common/daemon/files.h"
#include "common/pki/certificate.h"
#include "common/pki/claim_constraints.h"
#include "common/rpc/access_list.h"
#include "common/store/database_config.h"
#include "services/ca/certificate_issuer.h"

namespace sti::ca {
namespace {

constexpr char kPublicUrl[] = "repository.public_url";
// As long as any serial of this CA.
constexpr char kSampleSerial[] = "00112233445566778899AABBCCDDEEFF";

absl::Status Invalid(absl::string_view field, absl::string_view why) {
  return MakeError(Reason::kConfigInvalid, field, why);
}

// The x5u made from it must be one that verifiers accept.
absl::Status CheckPublicUrl(absl::string_view public_url) {
  const absl::Status url =
      codec::Url::Parse(absl::StrCat(public_url, RepositoryPath(kSampleSerial))).status();
  return url.ok() ? absl::OkStatus() : Invalid(kPublicUrl, url.message());
}

absl::Status CheckOid(absl::string_view oid) {
  const std::vector<absl::string_view> arcs = absl::StrSplit(oid, '.');
  const bool fits =
      arcs.size() >= 2 && std::all_of(arcs.begin(), arcs.end(), [](absl::string_view arc) {
        return !arc.empty() && arc.size() <= 9 && std::all_of(arc.begin(), arc.end(), [](char c) {
          return absl::ascii_isdigit(static_cast<unsigned char>(c));
        });
      });
  return fits ? absl::OkStatus() : Invalid("policy_oid", "not an object identifier in dotted decimal form");
}

absl::StatusOr<CertificateProfile> LoadProfile(const sti::config::v1::CertificateAuthorityServer& config) {
  CertificateProfile profile;
  profile.lifetime = absl::Hours(24) * config.certificate_days();
  profile.policy_oid = config.policy_oid();
  STI_RETURN_IF_ERROR(CheckOid(profile.policy_oid));
  profile.country = config.country();
  profile.organization_required = config.organization_required();
  const bool letters = std::all_of(profile.country.begin(), profile.country.end(),
                                   [](char c) { return absl::ascii_isupper(static_cast<unsigned char>(c)); });
  if (profile.country.size() != 2 || !letters) return Invalid("country", "not an ISO 3166 alpha-2 code");

  if (config.crl_url().empty() != config.crl_issuer_file().empty()) {
    return Invalid(config.crl_url().empty() ? "crl_url" : "crl_issuer_file",
                   "crl_url and crl_issuer_file go together (certificates.md s2: fullName and cRLIssuer)");
  }
  if (!config.crl_url().empty()) {
    const absl::Status url = codec::Url::Parse(config.crl_url()).status();
    if (!url.ok()) return Invalid("crl_url", url.message());
    STI_ASSIGN_OR_RETURN(const pki::Certificate issuer,
                         LoadCertificate(config.crl_issuer_file(), "crl_issuer_file"));
    profile.crl = pki::CrlPointer{config.crl_url(), issuer.subject()};
  }
  return profile;
}

// `below` CAs may stand below the issuing one.
bool AllowsBelow(const IssuingAuthority& authority, int below) {
  std::vector<pki::Certificate> path = {authority.issuing};
  path.insert(path.end(), authority.above.begin(), authority.above.end());
  path.push_back(authority.root);
  for (const pki::Certificate& certificate : path) {
    if (certificate.path_length() && *certificate.path_length() < below) return false;
    ++below;
  }
  return true;
}

absl::Status CheckKind(ProfileKind kind, const IssuingAuthority& authority) {
  const ProfileRow& row = RowOf(kind);
  if (!MayStandBelow(row.parent, authority.issuing)) {
    return Invalid("profiles",
                   absl::StrCat(row.name, row.parent == ParentKind::kWithTnAuthList
                                              ? " needs a TNAuthList in the issuing certificate"
                                              : " needs an issuing certificate without TNAuthList"));
  }
  if (row.is_ca && !AllowsBelow(authority, row.path_length + 1)) {
    return Invalid("profiles", absl::StrCat(row.name, " needs a pathLenConstraint of 1 or more"));
  }
  return absl::OkStatus();
}

// Kinds that the issuing certificate could not issue are refused at start, not with the first request.
absl::Status LoadKinds(const sti::config::v1::CertificateAuthorityServer& config,
                       const IssuingAuthority& authority, CertificateProfile& profile) {
  if (config.delegate_must_exclude_size() > 0) {
    profile.delegate_must_exclude = {config.delegate_must_exclude().begin(),
                                     config.delegate_must_exclude().end()};
    const absl::Status fits =
        pki::ClaimConstraints{{}, {}, profile.delegate_must_exclude}.EnhancedDer().status();
    if (!fits.ok()) return Invalid("delegate_must_exclude", fits.message());
  }
  if (config.profiles_size() == 0) return CheckKind(*profile.offered.begin(), authority);
  profile.offered.clear();
  for (const std::string& name : config.profiles()) {
    const absl::StatusOr<ProfileKind> kind = ProfileNamed(name);
    if (!kind.ok()) return Invalid("profiles", kind.status().message());
    STI_RETURN_IF_ERROR(CheckKind(*kind, authority));
    profile.offered.insert(*kind);
  }
  return absl::OkStatus();
}

std::vector<OtherIssuerFiles> OtherIssuersOf(const sti::config::v1::CertificateAuthorityServer& config) {
  std::vector<OtherIssuerFiles> files;
  for (const sti::config::v1::OtherIssuer& other : config.other_issuers()) {
    files.push_back({other.certificate_file(), other.key_file(), other.root_certificate_file()});
  }
  return files;
}

// A chain that leads to the STI-PA root is checked with each token, since it expires.
absl::StatusOr<TokenSigners> LoadTokenSigners(const sti::config::v1::CertificateAuthorityServer& config) {
  std::map<std::string, std::vector<pki::Certificate>> chains;
  for (int i = 0; i < config.token_signers_size(); ++i) {
    const sti::config::v1::TokenSigner& signer = config.token_signers(i);
    const std::string key = absl::StrCat("token_signers[", i, "]");
    const absl::Status url = codec::Url::Parse(signer.x5u()).status();
    if (!url.ok()) return Invalid(absl::StrCat(key, ".x5u"), url.message());
    const std::string field = absl::StrCat(key, ".certificate_file");
    const absl::StatusOr<std::string> text = daemon::ReadFile(signer.certificate_file(), limits::kChainBody);
    if (!text.ok()) return Invalid(field, text.status().message());
    const absl::StatusOr<pki::CertificateChain> chain = pki::CertificateChain::Parse(*text);
    if (!chain.ok()) {
      return Invalid(field, absl::StrCat(signer.certificate_file(), ": ", chain.status().message()));
    }
    if (!chains.emplace(signer.x5u(), chain->certificates()).second) {
      return Invalid(absl::StrCat(key, ".x5u"), "stands twice");
    }
  }
  return TokenSigners(std::move(chains));
}

absl::StatusOr<admin::RoleTable> LoadPolicyAdministrators(
    const sti::config::v1::CertificateAuthorityServer& config) {
  std::vector<std::string> identities;
  for (const std::string& identity : config.policy_administrators()) {
    if (identity.empty()) return Invalid("policy_administrators", "an identity is empty");
    identities.push_back(identity);
  }
  return admin::RoleTable({{admin::Role::kOperator, std::move(identities)}}, {});
}

FingerprintForm FormFrom(absl::string_view name) {
  if (name == "spki") return FingerprintForm::kSpki;
  return name == "either" ? FingerprintForm::kEither : FingerprintForm::kThumbprint;
}

absl::StatusOr<AcmePolicy> LoadAcmePolicy(const sti::config::v1::Acme& config) {
  AcmePolicy policy;
  policy.enabled = config.enabled();
  policy.public_url = std::string(absl::StripSuffix(config.public_url(), "/"));
  if (!policy.public_url.empty()) {
    const absl::StatusOr<codec::Url> url = codec::Url::Parse(policy.public_url);
    if (!url.ok()) return Invalid("acme.public_url", url.status().message());
    // The JWS of a request names its URL, which is this and the path that arrives here.
    if (url->path() != "/") return Invalid("acme.public_url", "must not have a path");
  }
  policy.terms_of_service = config.terms_of_service();
  policy.website = config.website();
  policy.token_authority = config.token_authority();
  policy.external_account_required = config.external_account_required();
  policy.order_lifetime = absl::Hours(config.order_hours());
  policy.nonce_lifetime = absl::Minutes(config.nonce_minutes());
  policy.accounts_per_hour = config.accounts_per_hour();
  policy.orders_per_hour = config.orders_per_hour();
  policy.failed_challenges_per_hour = config.failed_challenges_per_hour();
  return policy;
}

}  // namespace

absl::StatusOr<std::string> DefaultPublicUrl(absl::string_view listen, uint16_t port) {
  const size_t colon = listen.rfind(':');
  const absl::string_view host = colon == absl::string_view::npos ? listen : listen.substr(0, colon);
  if (host.empty() || host == "0.0.0.0" || host == "[::]" || host == "*") {
    return Invalid(kPublicUrl, absl::StrCat("needed, because repository.https.listen \"", listen,
                                            "\" names no host that others could call"));
  }
  std::string url = absl::StrCat("https://", host, ":", port);
  STI_RETURN_IF_ERROR(CheckPublicUrl(url));
  return url;
}

absl::StatusOr<CaSettings> LoadCaSettings(const sti::config::v1::CertificateAuthorityServer& config,
                                          absl::Time now) {
  STI_RETURN_IF_ERROR(rpc::CheckAccess(
      config.grpc(), {"sti.v1.CertificateAuthority", "sti.v1.AuthorityAdmin", "sti.v1.Audit"}));
  STI_ASSIGN_OR_RETURN(CertificateProfile profile, LoadProfile(config));
  const sti::config::v1::Repository& repository = config.repository();
  const std::string public_url(absl::StripSuffix(repository.public_url(), "/"));
  if (!public_url.empty()) {
    STI_RETURN_IF_ERROR(CheckPublicUrl(public_url));
  } else {
    STI_RETURN_IF_ERROR(DefaultPublicUrl(repository.https().listen(), 8443).status());
  }

  http::HttpServerOptions https;
  https.listen = repository.https().listen();
  https.certificate_file = repository.https().certificate_file();
  https.key_file = repository.https().key_file();
  https.threads = 8;  // ACME requests wait for the disk, downloads should not wait for them
  STI_ASSIGN_OR_RETURN(
      IssuingAuthority authority,
      LoadIssuingAuthority({config.issuing_certificate_file(),
                            config.issuing_key_file(),
                            config.root_certificate_file(),
                            config.pa_root_file(),
                            OtherIssuersOf(config),
                            {config.more_pa_root_files().begin(), config.more_pa_root_files().end()}},
                           now));
  STI_RETURN_IF_ERROR(LoadKinds(config, authority, profile));
  STI_ASSIGN_OR_RETURN(store::DatabaseOptions database,
                       store::LoadDatabaseOptions(config.database(),
                                                  absl::StrCat(config.state_dir(), "/ca.sqlite"), "sti-ca"));
  STI_ASSIGN_OR_RETURN(TokenSigners signers, LoadTokenSigners(config));
  TokenVerifier tokens(authority.pa_roots, std::move(signers), FormFrom(config.token_fingerprint()),
                       config.token_reuse() == "until_expiry" ? TokenReuse::kUntilExpiry : TokenReuse::kOnce);
  STI_ASSIGN_OR_RETURN(AcmePolicy acme, LoadAcmePolicy(config.acme()));
  STI_ASSIGN_OR_RETURN(admin::RoleTable roles, admin::LoadRoles(config.roles(), config.admins()));
  STI_ASSIGN_OR_RETURN(admin::RoleTable policy_administrators, LoadPolicyAdministrators(config));
  return CaSettings{config.state_dir(),
                    std::move(database),
                    std::move(roles),
                    std::move(policy_administrators),
                    std::move(authority),
                    std::move(profile),
                    std::move(https),
                    public_url,
                    absl::Seconds(repository.max_age_seconds()),
                    absl::Hours(24) * repository.keep_days_after_expiry(),
                    std::move(tokens),
                    std::move(acme),
                    IssuingLimits{config.certificates_per_day()}};
}

}  // namespace sti::ca
