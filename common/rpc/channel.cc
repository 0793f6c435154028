#include "common/rpc/channel.h"

#include <string>

#include "common/base/reason.h"
#include "common/base/secret.h"
#include "common/base/status_macros.h"

namespace sti::rpc {
namespace {

constexpr int kFirstBackoffMs = 200;
// How long one attempt, TLS handshake included, may take at least; gRPC names it after backoff.
constexpr int kConnectMs = 5 * 1000;
constexpr int kMaxBackoffMs = 5 * 1000;
constexpr int kKeepaliveMs = 30 * 1000;
constexpr int kKeepaliveTimeoutMs = 10 * 1000;

absl::StatusOr<std::shared_ptr<grpc::Channel>> Open(
    const sti::config::v1::GrpcClient& config, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    size_t max_answer) {
  if (config.target().empty()) return MakeError(Reason::kConfigInvalid, "target", "no host:port is named");
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(static_cast<int>(max_answer));
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstBackoffMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxBackoffMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  return grpc::CreateCustomChannel(config.target(), credentials, arguments);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const sti::config::v1::GrpcClient& config,
                                                           const TlsPem& pem, size_t max_answer) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = pem.authorities;
  options.pem_cert_chain = pem.identity.certificates;
  options.pem_private_key = std::string(pem.identity.key.RevealForUse());
  const std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::SslCredentials(options);
  Wipe(options.pem_private_key);
  if (credentials == nullptr) return MakeError(Reason::kConfigInvalid, "tls", "the TLS files cannot be used");
  return Open(config, credentials, max_answer);
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const sti::config::v1::GrpcClient& config,
                                                           size_t max_answer) {
  if (config.target().empty()) return MakeError(Reason::kConfigInvalid, "target", "no host:port is named");
  if (config.plaintext_without_authentication()) {
    return Open(config, grpc::InsecureChannelCredentials(), max_answer);
  }
  STI_ASSIGN_OR_RETURN(const TlsPem pem, ReadTlsFiles(config.tls()));
  return OpenChannel(config, pem, max_answer);
}

}  // namespace sti::rpc
