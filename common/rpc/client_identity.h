// The name in a peer's certificate.
#ifndef COMMON_RPC_CLIENT_IDENTITY_H_
#define COMMON_RPC_CLIENT_IDENTITY_H_

#include <grpcpp/grpcpp.h>

#include <string>

namespace sti::rpc {

// As ClientIdentity (server.h), for those who have no ServerContext yet.
std::string IdentityOf(const grpc::AuthContext& peer);

}  // namespace sti::rpc

#endif  // COMMON_RPC_CLIENT_IDENTITY_H_
