// Whoever wants to know of each RPC that a server has answered.
#ifndef COMMON_RPC_CALL_HOOK_H_
#define COMMON_RPC_CALL_HOOK_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sti::rpc {

struct EndedCall {
  absl::string_view rpc;  // "sti.v1.Authentication/Sign"; "other" for what the server does not have
  // That of gRPC, whose numbers are the same; kCancelled when the client left first.
  absl::StatusCode code;
  bool stream;          // of requests, answers or both: its time is the client's
  absl::Duration took;  // from when gRPC has read its metadata until nothing of it is left
};

// On a thread of gRPC's: quick.
using CallHook = std::function<void(const EndedCall&)>;

}  // namespace sti::rpc

#endif  // COMMON_RPC_CALL_HOOK_H_
