// gRPC's C++ metadata processor on credentials of its C core, for which its C++ library has no public way.
#ifndef COMMON_RPC_CORE_AUTH_CONTEXT_H_
#define COMMON_RPC_CORE_AUTH_CONTEXT_H_

#include <grpc/grpc_security.h>
#include <grpcpp/grpcpp.h>

#include <memory>

namespace sti::rpc {

// `processor` must not block, consume metadata nor answer any; it is kept until the credentials end.
grpc_auth_metadata_processor CoreProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>& processor);

}  // namespace sti::rpc

#endif  // COMMON_RPC_CORE_AUTH_CONTEXT_H_
