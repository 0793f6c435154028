#include "common/testing/grpc_server.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"

namespace sti::testing {
namespace {

template <typename T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (value.ok()) return std::move(value).value();
  std::fprintf(stderr, "GrpcServer: %s\n", value.status().ToString().c_str());
  std::abort();
}

void Fill(const TlsFiles& files, sti::config::v1::Tls& tls) {
  tls.set_certificate_file(files.certificate_file);
  tls.set_key_file(files.key_file);
  tls.set_ca_file(files.ca_file);
}

}  // namespace

sti::config::v1::GrpcServer GrpcServerConfig(const TlsFiles& files, absl::string_view listen) {
  sti::config::v1::GrpcServer config;
  config.set_listen(std::string(listen));
  Fill(files, *config.mutable_tls());
  return config;
}

sti::config::v1::GrpcClient GrpcClientConfig(const TlsFiles& files, int port) {
  sti::config::v1::GrpcClient config;
  config.set_target(absl::StrCat("127.0.0.1:", port));
  Fill(files, *config.mutable_tls());
  return config;
}

GrpcServer::GrpcServer(const std::vector<grpc::Service*>& services)
    : server_(ValueOrDie(rpc::Server::Start(GrpcServerConfig(tls_.Server()), services))) {}

std::string GrpcServer::target() const { return absl::StrCat("127.0.0.1:", port()); }

std::shared_ptr<grpc::Channel> GrpcServer::Channel(absl::string_view identity) {
  return ValueOrDie(rpc::OpenChannel(GrpcClientConfig(tls_.Client(identity), port())));
}

}  // namespace sti::testing
