#include "common/rpc/call_timer.h"

#include <google/protobuf/descriptor.h>

#include <chrono>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/mutex.h"

namespace sti::rpc {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::ServerRpcInfo;
using Clock = std::chrono::steady_clock;

// Kept for ever: as many as the program has RPCs.
absl::string_view Keep(const std::string& name) {
  static Mutex mutex;
  static auto& names = *new std::set<std::string>;
  const MutexLock lock(mutex);
  return *names.insert(name).first;
}

// What clients make up must not become a name. Each thread remembers what it knows: a call costs one look-up.
absl::string_view NameOf(absl::string_view method) {
  thread_local absl::flat_hash_map<std::string, absl::string_view> known;
  const auto found = known.find(method);
  if (found != known.end()) return found->second;
  const auto* rpc = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      absl::StrReplaceAll(absl::StripPrefix(method, "/"), {{"/", "."}}));
  if (rpc == nullptr) return "other";
  return known[method] = Keep(absl::StrCat(rpc->service()->full_name(), "/", rpc->name()));
}

absl::StatusCode CodeOf(grpc::StatusCode code) {
  const bool known = code >= grpc::StatusCode::OK && code <= grpc::StatusCode::UNAUTHENTICATED;
  return known ? static_cast<absl::StatusCode>(code) : absl::StatusCode::kUnknown;
}

class CallTimer final : public grpc::experimental::Interceptor {
 public:
  CallTimer(const CallHook& hook, const ServerRpcInfo& call)
      : hook_(hook), rpc_(NameOf(call.method())), stream_(call.type() != ServerRpcInfo::Type::UNARY) {}
  ~CallTimer() override { hook_({rpc_, code_, stream_, absl::FromChrono(Clock::now() - begun_)}); }
  CallTimer(const CallTimer&) = delete;
  CallTimer& operator=(const CallTimer&) = delete;

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      code_ = CodeOf(methods->GetSendStatus().error_code());
    }
    methods->Proceed();
  }

 private:
  const CallHook& hook_;
  const absl::string_view rpc_;
  const bool stream_;
  const Clock::time_point begun_ = Clock::now();
  absl::StatusCode code_ = absl::StatusCode::kCancelled;  // until a status is sent
};

class CallTimers final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit CallTimers(CallHook hook) : hook_(std::move(hook)) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(ServerRpcInfo* call) override {
    return new CallTimer(hook_, *call);  // gRPC deletes it
  }

 private:
  const CallHook hook_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeCallTimer(CallHook hook) {
  return std::make_unique<CallTimers>(std::move(hook));
}

}  // namespace sti::rpc
