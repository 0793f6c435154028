#include "common/daemon/reload_thread.h"

#include "absl/time/time.h"
#include "common/daemon/log.h"
#include "common/files/file_watch.h"

namespace sti::daemon {
namespace {

// A change is taken once it has stood still for as long: within twice this time.
constexpr absl::Duration kInterval = absl::Seconds(2);

void Report(const files::FileWatch::Event& event) {
  if (event.refused) {
    LogError("new files refused, the old ones stay in use", {{"of", event.what}, {"why", event.detail}});
  } else {
    LogInfo("files reloaded", {{"of", event.what}, {"now", event.detail}});
  }
}

}  // namespace

ReloadThread::ReloadThread() {
  files::FileWatch::OfProcess().ReportTo(&Report);
  thread_ = std::thread([this] { Run(); });
}

ReloadThread::~ReloadThread() {
  pause_.Stop();
  thread_.join();
}

void ReloadThread::All() {
  all_ = true;
  pause_.Wake();
}

void ReloadThread::Run() {
  using Which = files::FileWatch::Which;
  while (pause_.For(kInterval)) {
    files::FileWatch::OfProcess().Check(all_.exchange(false) ? Which::kAll : Which::kChanged);
  }
}

}  // namespace sti::daemon
