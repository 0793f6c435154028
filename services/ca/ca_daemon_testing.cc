#include "services/ca/ca_daemon_testing.h"

#include "common/testing/grpc_server.h"
#include "common/testing/scratch_database.h"
#include "services/ca/ca_testing.h"

namespace sti::ca {

sti::config::v1::CertificateAuthorityServer DemoConfig(const testing::TempDir& dir,
                                                       testing::TlsMaterial& tls) {
  sti::config::v1::CertificateAuthorityServer config;
  const testing::TlsFiles server = tls.Server();
  *config.mutable_grpc() = testing::GrpcServerConfig(server);
  config.set_state_dir(dir.File("state"));
  *config.mutable_database() = testing::ScratchDatabaseConfig(dir);
  sti::config::v1::Repository& repository = *config.mutable_repository();
  repository.mutable_https()->set_listen("127.0.0.1:0");
  repository.mutable_https()->set_certificate_file(server.certificate_file);
  repository.mutable_https()->set_key_file(server.key_file);
  repository.set_max_age_seconds(86400);
  repository.set_keep_days_after_expiry(30);
  config.set_issuing_certificate_file(dir.Write("issuing.pem", ReadDemo("int.pem")));
  config.set_issuing_key_file(dir.Write("issuing.key", ReadDemo("int.key")));
  config.set_root_certificate_file(dir.Write("root.pem", ReadDemo("root.pem")));
  config.set_pa_root_file(dir.Write("pa-root.pem", ReadDemo("pa-root.pem")));
  config.add_admins("admin");
  config.set_certificate_days(90);
  config.set_policy_oid("2.16.840.1.114569.1.1.4");
  config.set_country("US");
  sti::config::v1::Acme& acme = *config.mutable_acme();
  acme.set_enabled(true);
  acme.set_order_hours(24);
  acme.set_nonce_minutes(60);
  return config;
}

}  // namespace sti::ca
