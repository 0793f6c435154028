// Credentials of a server whose TLS files may change while it runs.
#ifndef COMMON_RPC_SERVER_CREDENTIALS_H_
#define COMMON_RPC_SERVER_CREDENTIALS_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/files/file_watch.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::rpc {

struct ServerTls {
  std::shared_ptr<grpc::ServerCredentials> credentials;
  files::Watched watched;  // while it lives, new files are taken
};

// TLS 1.2 or later with suites that are ECDHE and AEAD; client certificates are demanded and verified. A
// handshake uses what `watch` loaded last; connections that are open live on. `name` is for the log. For one
// server with one port. kConfigInvalid, kKeyPermissions, kKeyMismatch, with "tls." before the field.
absl::StatusOr<ServerTls> MakeServerTls(const sti::config::v1::Tls& config, const std::string& name,
                                        files::FileWatch& watch);

}  // namespace sti::rpc

#endif  // COMMON_RPC_SERVER_CREDENTIALS_H_
