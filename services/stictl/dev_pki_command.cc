#include "services/stictl/dev_pki_command.h"

#include <iostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/crypto/system_random.h"
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

absl::Status MakeDevPki(const DevPkiOptions& options, KeyFolder& folder) {
  STI_ASSIGN_OR_RETURN(const auto ca_key, folder.NewKey("ca.key"));
  STI_ASSIGN_OR_RETURN(pki::CertificateTemplate ca_contents,
                       MakeTemplate(options, "STI development TLS CA", ca_key->public_key()));
  ca_contents.is_ca = true;
  ca_contents.key_usage.certificate_sign = true;
  STI_ASSIGN_OR_RETURN(const pki::Certificate ca, pki::SelfSign(ca_contents, *ca_key));
  STI_RETURN_IF_ERROR(folder.WriteCertificate("ca.pem", ca));
  for (const std::string& name : options.names) {
    STI_ASSIGN_OR_RETURN(const auto key, folder.NewKey(name + ".key"));
    STI_ASSIGN_OR_RETURN(pki::CertificateTemplate contents, MakeTemplate(options, name, key->public_key()));
    contents.key_usage.digital_signature = true;
    // The first DNS name is the client identity.
    contents.dns_names.push_back(name);
    contents.dns_names.insert(contents.dns_names.end(), options.hosts.begin(), options.hosts.end());
    contents.ip_addresses = options.ips;
    STI_ASSIGN_OR_RETURN(const pki::Certificate certificate, pki::IssueCertificate(contents, ca, *ca_key));
    STI_RETURN_IF_ERROR(folder.WriteCertificate(name + ".pem", certificate));
  }
  return absl::OkStatus();
}

int Run(const Session& session, const DevPkiOptions& options) {
  std::vector<std::string> names = {"ca.key", "ca.pem"};
  for (const std::string& name : options.names) {
    names.push_back(name + ".key");
    names.push_back(name + ".pem");
  }
  auto folder = KeyFolder::Open(options.out, names);
  if (!folder.ok()) return UsageError(session.output, folder.status());
  const absl::Status status = MakeDevPki(options, *folder);
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
            ->required()
            ->allow_extra_args(false);
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
