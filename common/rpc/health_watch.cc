#include "common/rpc/health_watch.h"

namespace sti::rpc {

void HealthWatch::Update() {
  {
    MutexLock lock(mutex_);
    // Asked for under the lock, so that of two updates the later one knows at least as much.
    wanted_ = owner_.StatusOf(service_);
  }
  Continue();
}

void HealthWatch::End(const grpc::Status& status) {
  {
    MutexLock lock(mutex_);
    if (!ending_) end_ = status;
    ending_ = true;
  }
  Continue();
}

void HealthWatch::OnWriteDone(bool ok) {
  {
    MutexLock lock(mutex_);
    writing_ = false;
    if (!ok) {
      ending_ = true;
      wanted_ = sent_;
    }
  }
  Continue();
}

void HealthWatch::Continue() {
  // Both calls into gRPC are made without the lock, for they may come back here.
  bool write = false;
  grpc::Status end;
  {
    MutexLock lock(mutex_);
    if (writing_ || ended_) return;
    write = wanted_ != sent_;
    if (!write && !ending_) return;
    if (write) {
      sent_ = wanted_;
      response_.set_status(sent_);
      writing_ = true;
    } else {
      ended_ = true;
      end = end_;
    }
  }
  write ? StartWrite(&response_) : Finish(end);
}

}  // namespace sti::rpc
