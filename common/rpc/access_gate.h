// Refuses callers whom GrpcServer.access does not name, in front of every kind of RPC.
#ifndef COMMON_RPC_ACCESS_GATE_H_
#define COMMON_RPC_ACCESS_GATE_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/base/snapshot.h"
#include "common/rpc/access_list.h"
#include "common/rpc/refusal_tally.h"
#include "common/rpc/server.h"

namespace sti::rpc {

// Thread-safe. gRPC asks it when the headers of a call have come, before it looks for a handler: whatever the
// API of the service is (callback, synchronous, streaming, health, reflection), nothing of it has run. An
// interceptor could only end a call that its handler sees all the same, and not with a status of its own.
class AccessGate final : public grpc::AuthMetadataProcessor {
 public:
  // `hook` may be null.
  explicit AccessGate(RefusalHook hook) : hook_(std::move(hook)) {}

  // Calls that come before are UNAVAILABLE.
  void Open(AccessList list);

  bool IsBlocking() const override { return false; }
  // PERMISSION_DENIED, naming identity and RPC; UNIMPLEMENTED for what is not served.
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* peer, OutputMetadata* consumed,
                       OutputMetadata* response) override;

 private:
  void Tell(const std::string& identity, absl::string_view rpc);

  const RefusalHook hook_;
  Snapshot<AccessList> list_;
  RefusalTally tally_;
};

}  // namespace sti::rpc

#endif  // COMMON_RPC_ACCESS_GATE_H_
