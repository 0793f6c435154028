#include "services/as/provisioning_feed.h"

#include <utility>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "services/as/provisioning_journal.h"
#include "services/as/provisioning_load.h"

namespace sti::as {
namespace {

// A change is to be in use within a second.
constexpr absl::Duration kPoll = absl::Milliseconds(250);
constexpr int64_t kEntriesAtOnce = 60'000;  // more than one change of numbers has
// Who was away for longer loads everything.
constexpr absl::Duration kKept = absl::Minutes(15);
constexpr int kPollsPerCompaction = 240;

}  // namespace

ProvisioningFeed::ProvisioningFeed(store::Database& database, const ProviderTable& providers,
                                   ProvisionedState& state, const Clock& clock)
    : database_(database), providers_(providers), state_(state), clock_(clock) {}

ProvisioningFeed::~ProvisioningFeed() { Stop(); }

absl::Status ProvisioningFeed::Load() {
  MutexLock lock(mutex_);
  return LoadLocked();
}

absl::Status ProvisioningFeed::LoadLocked() {
  STI_ASSIGN_OR_RETURN(LoadedProvisioning loaded, LoadProvisioning(database_, providers_));
  state_.Replace(std::move(loaded.everything));
  journal_end_ = loaded.journal_end;
  return absl::OkStatus();
}

absl::Status ProvisioningFeed::CatchUp() {
  MutexLock lock(mutex_);
  return CatchUpLocked();
}

absl::Status ProvisioningFeed::CatchUpLocked() {
  for (;;) {
    STI_ASSIGN_OR_RETURN(ProvisioningNews news,
                         ReadNews(database_, providers_, journal_end_, kEntriesAtOnce));
    if (news.gap) {
      daemon::LogInfo("the journal of the provisioning does not reach back; everything is loaded anew",
                      {{"after", journal_end_}});
      return LoadLocked();
    }
    if (news.journal_end == journal_end_) return absl::OkStatus();
    // Numbers that were read wholesale are newer than each change beside them.
    state_.Apply(news.changes);
    for (auto& [provider, numbers] : news.numbers) state_.ReplaceNumbers(provider, std::move(numbers));
    journal_end_ = news.journal_end;
  }
}

void ProvisioningFeed::Start(std::function<void()> on_change) {
  on_change_ = std::move(on_change);
  thread_ = std::thread([this] { Follow(); });
}

void ProvisioningFeed::Stop() {
  pause_.Stop();
  if (thread_.joinable()) thread_.join();
}

void ProvisioningFeed::Follow() {
  for (int polls = 0; pause_.For(kPoll); ++polls) {
    Report(CatchUp());
    if (polls % kPollsPerCompaction != 0) continue;
    const absl::Status compacted = CompactJournal(database_, clock_.TimeNow() - kKept);
    if (!compacted.ok()) {
      daemon::LogWarning("old entries of the provisioning's journal stay for now",
                         {{"detail", compacted.message()}});
    }
  }
}

void ProvisioningFeed::Report(const absl::Status& status) {
  if (lacking_.exchange(!status.ok()) == !status.ok()) return;
  if (status.ok()) {
    daemon::LogInfo("the provisioning is followed again", {});
  } else {
    daemon::LogError("the provisioning cannot be read; calls are attested by what was known last",
                     {{"reason", ReasonName(ReasonOf(status))}, {"detail", status.message()}});
  }
  if (on_change_) on_change_();
}

std::vector<std::string> ProvisioningFeed::Lacking() const {
  if (!lacking_) return {};
  return {"provisioning"};
}

}  // namespace sti::as
