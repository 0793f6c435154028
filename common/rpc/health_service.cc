#include "common/rpc/health_service.h"

#include <algorithm>
#include <utility>

#include "common/rpc/health_watch.h"

namespace sti::rpc {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

namespace {

grpc::Status ShuttingDown() { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "shutting down"); }

}  // namespace

void HealthService::SetServices(const std::vector<std::string>& names) {
  MutexLock lock(mutex_);
  services_.insert(names.begin(), names.end());
}

std::vector<std::string> HealthService::Services() {
  MutexLock lock(mutex_);
  std::vector<std::string> names(services_.begin(), services_.end());
  names.erase(std::remove(names.begin(), names.end(), ""), names.end());  // the whole daemon
  return names;
}

HealthService::Status HealthService::StatusOf(const std::string& service) {
  MutexLock lock(mutex_);
  return services_.count(service) > 0 ? status_ : HealthCheckResponse::SERVICE_UNKNOWN;
}

bool HealthService::SetServing(const std::vector<std::string>& lacking,
                               const std::vector<std::string>& trouble) {
  std::set<std::shared_ptr<HealthWatch>> watches;
  bool changed = false;
  {
    MutexLock lock(mutex_);
    if (stopped_) return false;
    status_ = lacking.empty() ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
    told_ = true;
    missing_ = lacking;
    trouble_ = trouble;
    changed = Name();
    watches = watches_;
  }
  for (const auto& watch : watches) watch->Update();
  return changed;
}

bool HealthService::Name() {
  std::vector<std::string> all = missing_;
  all.insert(all.end(), trouble_.begin(), trouble_.end());
  all.insert(all.end(), file_trouble_.begin(), file_trouble_.end());
  return lacking_.Set(all);
}

void HealthService::SetFileTrouble(const std::vector<std::string>& trouble) {
  MutexLock lock(mutex_);
  file_trouble_ = trouble;
  if (told_ && !stopped_) Name();  // before that, "start-up" is what there is to say
}

std::vector<std::string> HealthService::Trouble() {
  MutexLock lock(mutex_);
  std::vector<std::string> all = trouble_;
  all.insert(all.end(), file_trouble_.begin(), file_trouble_.end());
  return all;
}

void HealthService::Shutdown() {
  std::set<std::shared_ptr<HealthWatch>> watches;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    status_ = HealthCheckResponse::NOT_SERVING;
    lacking_.Set({"shutting down"});
    watches = watches_;
  }
  for (const auto& watch : watches) {
    watch->Update();
    watch->End(ShuttingDown());
  }
}

grpc::ServerUnaryReactor* HealthService::Check(grpc::CallbackServerContext* context,
                                               const HealthCheckRequest* request,
                                               HealthCheckResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const Status status = StatusOf(request->service());
  if (status == HealthCheckResponse::SERVICE_UNKNOWN) {
    reactor->Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "unknown service"));
    return reactor;
  }
  if (const std::string lacking = lacking_.AsTrailer(); !lacking.empty()) {
    context->AddTrailingMetadata(kLackingTrailer, lacking);
  }
  response->set_status(status);
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(grpc::CallbackServerContext*,
                                                                    const HealthCheckRequest* request) {
  const auto watch =
      std::make_shared<HealthWatch>(*this, request->service());  // watches_ keeps it until OnDone
  bool stopped = false;
  {
    MutexLock lock(mutex_);
    watches_.insert(watch);
    stopped = stopped_;
  }
  watch->Update();
  if (stopped) watch->End(ShuttingDown());
  return watch.get();
}

void HealthService::Remove(const HealthWatch* watch) {
  std::shared_ptr<HealthWatch> last;  // dies outside of the lock
  MutexLock lock(mutex_);
  for (auto it = watches_.begin(); it != watches_.end(); ++it) {
    if (it->get() != watch) continue;
    last = *it;
    watches_.erase(it);
    return;
  }
}

}  // namespace sti::rpc
