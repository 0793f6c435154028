#include "common/rpc/server_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/rpc/core_auth_context.h"
#include "common/rpc/tls_files.h"

namespace sti::rpc {
namespace {

// Files that were read, until gRPC has fetched them for the next handshake. Thread-safe.
class Mailbox {
 public:
  void Put(std::unique_ptr<const TlsPem> pem) {
    MutexLock lock(mutex_);
    pem_.swap(pem);
  }
  std::unique_ptr<const TlsPem> Take() {
    MutexLock lock(mutex_);
    return std::move(pem_);
  }

 private:
  Mutex mutex_;
  std::unique_ptr<const TlsPem> pem_ ABSL_GUARDED_BY(mutex_);
};

// gRPC keeps a bare pointer, and may follow it from threads that outlive the server: a mailbox stays for ever.
std::shared_ptr<Mailbox> NewMailbox() {
  static auto* const mutex = new Mutex;
  static auto* const all = new std::vector<std::shared_ptr<Mailbox>>;
  MutexLock lock(*mutex);
  all->push_back(std::make_shared<Mailbox>());
  return all->back();
}

// Called before every handshake.
grpc_ssl_certificate_config_reload_status Fetch(void* mailbox, grpc_ssl_server_certificate_config** config) {
  const std::unique_ptr<const TlsPem> pem = static_cast<Mailbox*>(mailbox)->Take();
  if (pem == nullptr) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  std::string key(pem->identity.key.RevealForUse());
  const grpc_ssl_pem_key_cert_pair pair{key.c_str(), pem->identity.certificates.c_str()};
  *config = grpc_ssl_server_certificate_config_create(pem->authorities.c_str(), &pair, 1);
  Wipe(key);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

// gRPC's C++ credentials cannot fetch; those of its C core can.
class FetchingCredentials final : public grpc::ServerCredentials {
 public:
  explicit FetchingCredentials(Mailbox* mailbox)
      : core_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, &Fetch, mailbox))) {}
  ~FetchingCredentials() override { grpc_server_credentials_release(core_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>& processor) override {
    grpc_server_credentials_set_auth_metadata_processor(core_, CoreProcessor(processor));
  }

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), core_);
  }

  grpc_server_credentials* const core_;
};

}  // namespace

absl::StatusOr<ServerTls> MakeServerTls(const sti::config::v1::Tls& config, const std::string& name,
                                        files::FileWatch& watch) {
  const std::shared_ptr<Mailbox> mailbox = NewMailbox();
  ServerTls tls;
  STI_ASSIGN_OR_RETURN(tls.watched,
                       watch.Watch(absl::StrCat("gRPC server ", name),
                                   {config.certificate_file(), config.key_file(), config.ca_file()},
                                   [mailbox, config]() -> absl::StatusOr<std::string> {
                                     STI_ASSIGN_OR_RETURN(TlsPem pem, ReadTlsFiles(config));
                                     std::string what = files::Describe(pem.identity);
                                     mailbox->Put(std::make_unique<const TlsPem>(std::move(pem)));
                                     return what;
                                   }));
  tls.credentials = std::make_shared<FetchingCredentials>(mailbox.get());
  return tls;
}

}  // namespace sti::rpc
