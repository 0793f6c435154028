#include "services/stictl/ceremony_commands.h"

#include <iostream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/pem.h"
#include "common/crypto/pkcs11_uri.h"
#include "common/crypto/signer_source.h"
#include "common/crypto/system_random.h"
#include "common/pki/ceremony.h"
#include "common/pki/csr.h"
#include "services/stictl/key_folder.h"

namespace sti::stictl {
namespace {

using crypto::SystemRandom;

// Verifiers' clocks may be a little behind.
constexpr absl::Duration kBackdate = absl::Minutes(5);

struct CeremonyOptions {
  std::string organization, country = "US", common_name, out;
  int years = 20;
  std::string root_certificate, root_key;
  std::string key, crl_key;  // pkcs11: URIs of keys that are there already; empty: make them
  std::string csr, crl_url, crl_issuer_certificate, policy_oid = pki::kShakenPolicyOid;
  bool delegates = false;
};

pki::Validity ValidityOf(const CeremonyOptions& options) {
  const absl::Time start = SystemClock::Instance().TimeNow() - kBackdate;
  return {absl::FromUnixSeconds(absl::ToUnixSeconds(start)),
          absl::FromUnixSeconds(absl::ToUnixSeconds(start + absl::Hours(24 * 365) * options.years))};
}

pki::SubjectFields NameOf(const CeremonyOptions& options, const std::string& default_common_name) {
  return {options.country, options.organization,
          options.common_name.empty() ? default_common_name : options.common_name};
}

absl::StatusOr<pki::Certificate> ReadCertificate(absl::string_view option, const std::string& path) {
  STI_ASSIGN_OR_RETURN(const std::string pem, ReadOptionFile(option, path, limits::kChainBody));
  auto certificate = pki::Certificate::ParsePem(pem);
  if (!certificate.ok()) return PrefixField(option, certificate.status());
  return certificate;
}

using SignerPtr = std::shared_ptr<const crypto::Signer>;

absl::StatusOr<SignerPtr> ReadRootKey(const CeremonyOptions& options, const pki::Certificate& root) {
  auto key = crypto::LoadSigner(options.root_key);
  if (!key.ok()) return PrefixField("--root-key", key.status());
  STI_ASSIGN_OR_RETURN(const crypto::VerifyingKey certified, root.Es256Key());
  if (!(certified == (*key)->public_key())) {
    return MakeError(Reason::kKeyMismatch, "--root-key",
                     absl::StrCat(options.root_key, " is not the key of ", options.root_certificate));
  }
  return key;
}

// The key of the token, or a new one in `file`.
absl::StatusOr<SignerPtr> KeyFor(absl::string_view option, const std::string& uri, const std::string& file,
                                 KeyFolder& folder) {
  if (uri.empty()) return folder.NewKey(file);
  auto key = crypto::LoadSigner(uri);
  if (!key.ok()) return PrefixField(option, key.status());
  return key;
}

absl::Status CaRoot(const CeremonyOptions& options, KeyFolder& folder) {
  STI_ASSIGN_OR_RETURN(const auto key, KeyFor("--key", options.key, "root.key", folder));
  STI_ASSIGN_OR_RETURN(const pki::Certificate root,
                       pki::MakeCaRoot(NameOf(options, absl::StrCat(options.organization, " SHAKEN ROOT CA")),
                                       ValidityOf(options), *key, SystemRandom::Instance()));
  return folder.WriteCertificate("root.pem", root);
}

absl::Status CaRequest(const CeremonyOptions& options, KeyFolder& folder) {
  STI_ASSIGN_OR_RETURN(const auto key, KeyFor("--key", options.key, "issuing.key", folder));
  STI_ASSIGN_OR_RETURN(const auto name,
                       pki::DistinguishedName::Create(
                           NameOf(options, absl::StrCat(options.organization, " SHAKEN Issuing CA"))));
  STI_ASSIGN_OR_RETURN(const std::string der, pki::BuildCsr(name, std::nullopt, *key));
  return folder.WriteText("issuing.csr", codec::PemEncode("CERTIFICATE REQUEST", der));
}

absl::StatusOr<crypto::VerifyingKey> IssuingKey(const CeremonyOptions& options, KeyFolder& folder) {
  if (options.csr.empty()) {
    STI_ASSIGN_OR_RETURN(const auto key, folder.NewKey("issuing.key"));
    return key->public_key();
  }
  STI_ASSIGN_OR_RETURN(const std::string pem, ReadOptionFile("--csr", options.csr, limits::kCsr * 2));
  STI_ASSIGN_OR_RETURN(const auto blocks, codec::ParsePem(pem, 1));
  if (blocks.size() != 1)
    return MakeError(Reason::kCsrInvalid, "--csr", "one PEM certificate request is needed");
  STI_ASSIGN_OR_RETURN(const pki::Csr csr, pki::Csr::ParseDer(blocks[0].der));
  return csr.public_key;
}

absl::Status CaIssuing(const CeremonyOptions& options, KeyFolder& folder) {
  STI_ASSIGN_OR_RETURN(const pki::Certificate root, ReadCertificate("--root-cert", options.root_certificate));
  STI_ASSIGN_OR_RETURN(const auto root_key, ReadRootKey(options, root));
  pki::IssuingCaRequest request;
  request.name = NameOf(options, absl::StrCat(options.organization, " SHAKEN Issuing CA"));
  request.validity = ValidityOf(options);
  request.validity.not_before = std::max(request.validity.not_before, root.not_before());
  request.validity.not_after = std::min(request.validity.not_after, root.not_after());
  request.policy_oid = options.policy_oid;
  request.path_length = options.delegates ? 1 : 0;
  if (!options.crl_url.empty()) {
    STI_ASSIGN_OR_RETURN(const pki::Certificate issuer,
                         ReadCertificate("--crl-issuer", options.crl_issuer_certificate));
    request.crl = pki::CrlPointer{options.crl_url, issuer.subject()};
  }
  STI_ASSIGN_OR_RETURN(const crypto::VerifyingKey key, IssuingKey(options, folder));
  STI_ASSIGN_OR_RETURN(const pki::Certificate issuing,
                       pki::MakeIssuingCa(request, key, {root, *root_key}, SystemRandom::Instance()));
  return folder.WriteCertificate("issuing.pem", issuing);
}

absl::Status PaRoot(const CeremonyOptions& options, KeyFolder& folder) {
  STI_ASSIGN_OR_RETURN(const auto key, KeyFor("--key", options.key, "pa-root.key", folder));
  STI_ASSIGN_OR_RETURN(const pki::Certificate root,
                       pki::MakePaRoot(NameOf(options, absl::StrCat(options.organization, " STI-PA Root")),
                                       ValidityOf(options), *key, SystemRandom::Instance()));
  return folder.WriteCertificate("pa-root.pem", root);
}

absl::Status PaSigners(const CeremonyOptions& options, KeyFolder& folder) {
  STI_ASSIGN_OR_RETURN(const pki::Certificate root, ReadCertificate("--root-cert", options.root_certificate));
  STI_ASSIGN_OR_RETURN(const auto root_key, ReadRootKey(options, root));
  pki::Validity validity = ValidityOf(options);
  validity.not_before = std::max(validity.not_before, root.not_before());
  validity.not_after = std::min(validity.not_after, root.not_after());
  STI_ASSIGN_OR_RETURN(const auto token_key, KeyFor("--key", options.key, "pa-signer.key", folder));
  STI_ASSIGN_OR_RETURN(
      const pki::Certificate token_signer,
      pki::MakePaTokenSigner(NameOf(options, absl::StrCat(options.organization, " STI-PA Token Signer")),
                             validity, token_key->public_key(), {root, *root_key}, SystemRandom::Instance()));
  STI_RETURN_IF_ERROR(folder.WriteCertificate("pa-signer.pem", token_signer));
  STI_ASSIGN_OR_RETURN(const auto crl_key, KeyFor("--crl-key", options.crl_key, "pa-crl-signer.key", folder));
  STI_ASSIGN_OR_RETURN(
      const pki::Certificate crl_signer,
      pki::MakePaCrlSigner(NameOf(options, absl::StrCat(options.organization, " STI-PA CRL")), validity,
                           crl_key->public_key(), {root, *root_key}, SystemRandom::Instance()));
  return folder.WriteCertificate("pa-crl-signer.pem", crl_signer);
}

using Ceremony = absl::Status (*)(const CeremonyOptions&, KeyFolder&);

int Run(const Session& session, const CeremonyOptions& options, const std::vector<std::string>& names,
        Ceremony ceremony) {
  if (!options.crl_url.empty() && options.crl_issuer_certificate.empty()) {
    return UsageError(session.output,
                      MakeError(Reason::kMissingField, "--crl-issuer", "--crl-url needs --crl-issuer"));
  }
  auto folder = KeyFolder::Open(options.out, names);
  if (!folder.ok()) return UsageError(session.output, folder.status());
  const absl::Status status = ceremony(options, *folder);
  if (!status.ok()) return UsageError(session.output, status);
  if (session.output.json()) {
    codec::JsonArray files;
    for (const std::string& file : folder->written()) files.emplace_back(file);
    PrintJson(codec::JsonObject{{"files", files}});
  } else {
    for (const std::string& file : folder->written()) std::cout << "wrote " << file << "\n";
  }
  return kExitOk;
}

std::string IsTokenUri(const std::string& text) {
  return crypto::IsPkcs11Uri(text) ? "" : "must be a pkcs11: URI";
}

// The names of files that a ceremony writes: `key` only when it makes the key itself.
std::vector<std::string> Files(std::vector<std::string> names, const std::string& uri, const char* key) {
  if (uri.empty()) names.emplace_back(key);
  return names;
}

void DeclareName(CLI::App& command, CeremonyOptions& options) {
  command.add_option("--organization", options.organization, "O: legal name of the operator")->required();
  command.add_option("--country", options.country, "C: ISO 3166 alpha-2 (default US)");
  command.add_option("--common-name", options.common_name, "CN (default: made from the organization)");
  command.add_option("--out", options.out, "folder for keys (0600) and certificates")->required();
}

void DeclareKey(CLI::App& command, CeremonyOptions& options, const std::string& file) {
  command
      .add_option("--key", options.key,
                  absl::StrCat("pkcs11: URI of a key that stands in a token (default: make ", file, ")"))
      ->check(IsTokenUri);
}

void DeclareYears(CLI::App& command, CeremonyOptions& options, int years) {
  options.years = years;
  command.add_option("--years", options.years, absl::StrCat("validity (default ", years, ")"))
      ->check(CLI::Range(1, 50));
}

void DeclareRoot(CLI::App& command, CeremonyOptions& options) {
  command.add_option("--root-cert", options.root_certificate, "PEM file: the root certificate")->required();
  command.add_option("--root-key", options.root_key, "PKCS#8 PEM file (0600) or pkcs11: URI: its key")
      ->required();
}

void DeclareIssuing(CLI::App& command, CeremonyOptions& options) {
  DeclareName(command, options);
  DeclareYears(command, options, 10);
  DeclareRoot(command, options);
  command.add_option("--csr", options.csr,
                     "request made by \"request\" on the CA's machine (default: make the key here)");
  command.add_option("--crl-url", options.crl_url, "URL of the STI-PA's CRL");
  command.add_option("--crl-issuer", options.crl_issuer_certificate,
                     "PEM file: certificate of the STI-PA's CRL signer");
  command.add_option("--policy-oid", options.policy_oid, "certificate policy (default: US SHAKEN CP 1.4)");
  command.add_flag("--delegates", options.delegates,
                   "it may issue CA certificates to providers, for their delegates (pathLenConstraint 1)");
}

}  // namespace

void AddCaCeremony(CLI::App& ca, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(ca, "ceremony", "make the CA's root and issuing CA, offline");
  AddCommand<CeremonyOptions>(
      *group, "root", "make root.key and root.pem",
      [](CLI::App& command, CeremonyOptions& options) {
        DeclareName(command, options);
        DeclareYears(command, options, 25);
        DeclareKey(command, options, "root.key");
      },
      [&session](const CeremonyOptions& options) {
        return Run(session, options, Files({"root.pem"}, options.key, "root.key"), CaRoot);
      },
      exit_code);
  AddCommand<CeremonyOptions>(
      *group, "request", "on the CA's machine: make issuing.key and issuing.csr",
      [](CLI::App& command, CeremonyOptions& options) {
        DeclareName(command, options);
        DeclareKey(command, options, "issuing.key");
      },
      [&session](const CeremonyOptions& options) {
        return Run(session, options, Files({"issuing.csr"}, options.key, "issuing.key"), CaRequest);
      },
      exit_code);
  AddCommand<CeremonyOptions>(
      *group, "issuing", "where the root key is: make issuing.pem (and issuing.key, unless --csr is given)",
      DeclareIssuing,
      [&session](const CeremonyOptions& options) {
        std::vector<std::string> names = {"issuing.pem"};
        if (options.csr.empty()) names.emplace_back("issuing.key");
        return Run(session, options, names, CaIssuing);
      },
      exit_code);
}

void AddPaCeremony(CLI::App& pa, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(pa, "ceremony", "make the STI-PA's root and signers, offline");
  AddCommand<CeremonyOptions>(
      *group, "root", "make pa-root.key and pa-root.pem",
      [](CLI::App& command, CeremonyOptions& options) {
        DeclareName(command, options);
        DeclareYears(command, options, 25);
        DeclareKey(command, options, "pa-root.key");
      },
      [&session](const CeremonyOptions& options) {
        return Run(session, options, Files({"pa-root.pem"}, options.key, "pa-root.key"), PaRoot);
      },
      exit_code);
  AddCommand<CeremonyOptions>(
      *group, "signers", "make keys and certificates that sign SPC tokens, trust list and CRL",
      [](CLI::App& command, CeremonyOptions& options) {
        DeclareName(command, options);
        DeclareYears(command, options, 5);
        DeclareRoot(command, options);
        DeclareKey(command, options, "pa-signer.key");
        command
            .add_option("--crl-key", options.crl_key,
                        "the same for the signer of the CRL (default: make pa-crl-signer.key)")
            ->check(IsTokenUri);
      },
      [&session](const CeremonyOptions& options) {
        const auto names = Files({"pa-signer.pem", "pa-crl-signer.pem"}, options.key, "pa-signer.key");
        return Run(session, options, Files(names, options.crl_key, "pa-crl-signer.key"), PaSigners);
      },
      exit_code);
}

}  // namespace sti::stictl
