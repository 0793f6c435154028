#include "services/stictl/dev_pki_command.h"

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/key_file.h"
#include "common/crypto/system_random.h"
#include "common/daemon/files.h"
#include "common/pki/certificate_builder.h"
#include "services/stictl/key_folder.h"

namespace sti::stictl {
namespace {

struct DevPkiOptions {
  std::string out;
  std::vector<std::string> names;
  std::vector<std::string> hosts = {"localhost"};
  std::vector<std::string> ips = {"127.0.0.1", "::1"};
  int days = 30;
  bool add_ca = false, renew = false, drop_old_ca = false;
};

struct Authority {
  std::shared_ptr<const crypto::SigningKey> key;
  pki::Certificate certificate;
};

absl::StatusOr<pki::CertificateTemplate> MakeTemplate(const DevPkiOptions& options,
                                                      const std::string& common_name,
                                                      const crypto::VerifyingKey& key) {
  pki::CertificateTemplate contents;
  STI_ASSIGN_OR_RETURN(contents.subject,
                       pki::DistinguishedName::Create({"US", "STI development", common_name}));
  contents.public_key = key;
  STI_ASSIGN_OR_RETURN(contents.serial_hex, pki::MakeSerial(crypto::SystemRandom::Instance()));
  const absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(SystemClock::Instance().TimeNow()));
  contents.not_before = now - absl::Minutes(5);
  contents.not_after = now + absl::Hours(24 * options.days);
  return contents;
}

absl::StatusOr<Authority> MakeAuthority(const DevPkiOptions& options, KeyFolder& folder) {
  STI_ASSIGN_OR_RETURN(const auto key, folder.NewKey("ca.key"));
  STI_ASSIGN_OR_RETURN(pki::CertificateTemplate contents,
                       MakeTemplate(options, "STI development TLS CA", key->public_key()));
  contents.is_ca = true;
  contents.key_usage.certificate_sign = true;
  STI_ASSIGN_OR_RETURN(pki::Certificate certificate, pki::SelfSign(contents, *key));
  return Authority{key, std::move(certificate)};
}

absl::Status Issue(const DevPkiOptions& options, const Authority& ca, KeyFolder& folder) {
  for (const std::string& name : options.names) {
    STI_ASSIGN_OR_RETURN(const auto key, folder.NewKey(name + ".key"));
    STI_ASSIGN_OR_RETURN(pki::CertificateTemplate contents, MakeTemplate(options, name, key->public_key()));
    contents.key_usage.digital_signature = true;
    // The first DNS name is the client identity.
    contents.dns_names.push_back(name);
    contents.dns_names.insert(contents.dns_names.end(), options.hosts.begin(), options.hosts.end());
    contents.ip_addresses = options.ips;
    STI_ASSIGN_OR_RETURN(const pki::Certificate certificate,
                         pki::IssueCertificate(contents, ca.certificate, *ca.key));
    STI_RETURN_IF_ERROR(folder.WriteCertificate(name + ".pem", certificate));
  }
  return absl::OkStatus();
}

absl::Status MakeDevPki(const DevPkiOptions& options, KeyFolder& folder) {
  STI_ASSIGN_OR_RETURN(const Authority ca, MakeAuthority(options, folder));
  STI_RETURN_IF_ERROR(folder.WriteCertificate("ca.pem", ca.certificate));
  return Issue(options, ca, folder);
}

// The first certificate of ca.pem is the one that ca.key is for.
absl::Status RenewDevPki(const DevPkiOptions& options, KeyFolder& folder) {
  STI_ASSIGN_OR_RETURN(const std::string trusted,
                       daemon::ReadFile(absl::StrCat(options.out, "/ca.pem"), limits::kConfigFile));
  constexpr absl::string_view kEnd = "-----END CERTIFICATE-----\n";
  const size_t first = trusted.find(kEnd.data(), 0, kEnd.size());
  if (first == std::string::npos)
    return MakeError(Reason::kInvalidField, "--out", "ca.pem holds no certificate");
  const std::string newest = trusted.substr(0, first + kEnd.size());
  if (options.add_ca) {
    STI_ASSIGN_OR_RETURN(const Authority ca, MakeAuthority(options, folder));
    return folder.WriteText("ca.pem", absl::StrCat(ca.certificate.Pem(), trusted));
  }
  if (options.drop_old_ca) return folder.WriteText("ca.pem", newest);
  STI_ASSIGN_OR_RETURN(auto key, crypto::LoadPrivateKeyFile(absl::StrCat(options.out, "/ca.key")));
  STI_ASSIGN_OR_RETURN(pki::Certificate certificate, pki::Certificate::ParsePem(newest));
  return Issue(options, Authority{std::move(key), std::move(certificate)}, folder);
}

absl::Status CheckModes(const DevPkiOptions& options) {
  const int modes = int{options.add_ca} + int{options.renew} + int{options.drop_old_ca};
  if (modes > 1) {
    return MakeError(Reason::kInvalidField, "--renew",
                     "--add-ca, --renew and --drop-old-ca are steps of their own");
  }
  const bool wants_names = modes == 0 || options.renew;
  if (wants_names == options.names.empty()) {
    return MakeError(
        Reason::kInvalidField, "--name",
        wants_names ? "whom certificates are for is missing" : "this step makes no certificates");
  }
  return absl::OkStatus();
}

int Run(const Session& session, const DevPkiOptions& options) {
  if (const absl::Status modes = CheckModes(options); !modes.ok()) return UsageError(session.output, modes);
  const bool fresh = !options.add_ca && !options.renew && !options.drop_old_ca;
  std::vector<std::string> names = {"ca.key", "ca.pem"};
  for (const std::string& name : options.names) {
    names.push_back(name + ".key");
    names.push_back(name + ".pem");
  }
  absl::StatusOr<KeyFolder> folder =
      fresh ? KeyFolder::Open(options.out, names) : KeyFolder::Renew(options.out);
  if (!folder.ok()) return UsageError(session.output, folder.status());
  const absl::Status status = fresh ? MakeDevPki(options, *folder) : RenewDevPki(options, *folder);
  if (!status.ok()) return UsageError(session.output, status);
  if (!session.output.json()) {
    std::cout << "wrote " << folder->written().size() << " files in " << options.out
              << "; for tests only, valid for " << options.days << " days\n";
  } else {
    codec::JsonArray files;
    for (const std::string& file : folder->written()) files.emplace_back(file);
    PrintJson(codec::JsonObject{{"files", files}});
  }
  return kExitOk;
}

}  // namespace

void AddDevPkiCommand(CLI::App& app, Session& session, int& exit_code) {
  AddCommand<DevPkiOptions>(
      app, "dev-pki", "make TLS certificates for a test network",
      [](CLI::App& command, DevPkiOptions& options) {
        command.add_option("--out", options.out, "folder for ca.pem and NAME.key, NAME.pem")->required();
        command.add_option("--name", options.names, "a daemon or client: its identity; repeatable")
            ->allow_extra_args(false);
        command.add_flag("--renew", options.renew,
                         "replace keys and certificates of these names in the folder");
        command.add_flag("--add-ca", options.add_ca, "make a new CA, and trust the old ones besides");
        command.add_flag("--drop-old-ca", options.drop_old_ca, "trust the newest CA only");
        command
            .add_option("--host", options.hosts, "DNS name of the machines; repeatable (default localhost)")
            ->allow_extra_args(false);
        command.add_option("--ip", options.ips, "address of the machines; repeatable (default loopback)")
            ->allow_extra_args(false);
        command.add_option("--days", options.days, "validity (default 30)")->check(CLI::Range(1, 825));
      },
      [&session](const DevPkiOptions& options) { return Run(session, options); }, exit_code);
}

}  // namespace sti::stictl
