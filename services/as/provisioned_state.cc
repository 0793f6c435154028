#include "services/as/provisioned_state.h"

#include <atomic>
#include <deque>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/daemon/pause.h"
#include "services/as/number_map_runs.h"
#include "services/as/provisioned_tables.h"

namespace sti::as {
namespace {

// How often it is looked whether readers have let go of old views.
constexpr absl::Duration kLetGo = absl::Milliseconds(50);

using Tables = std::shared_ptr<const ProvisionedTables>;

}  // namespace

struct ProvisionedLoad::Parts {
  explicit Parts(size_t providers) : nothing(providers), clients(nothing.clients) {
    for (size_t i = 0; i < providers; ++i) editors.emplace_back(i, *nothing.providers[i], clients);
  }

  ProvisionedTables nothing;
  ProviderEditor::Clients clients;
  std::deque<ProviderEditor> editors;
};

ProvisionedLoad::ProvisionedLoad(size_t providers) : parts_(std::make_unique<Parts>(providers)) {}
ProvisionedLoad::ProvisionedLoad(ProvisionedLoad&&) noexcept = default;
ProvisionedLoad& ProvisionedLoad::operator=(ProvisionedLoad&&) noexcept = default;
ProvisionedLoad::~ProvisionedLoad() = default;

void ProvisionedLoad::Add(size_t provider, Customer customer) {
  if (provider < parts_->editors.size()) parts_->editors[provider].Do(customer);
}
void ProvisionedLoad::Add(size_t provider, Trunk trunk) {
  if (provider < parts_->editors.size()) parts_->editors[provider].Do(trunk);
}
void ProvisionedLoad::Add(size_t provider, const CustomerNumbers& numbers) {
  if (provider < parts_->editors.size()) parts_->editors[provider].Do(numbers);
}
void ProvisionedLoad::Add(size_t provider, NumberRule rule) {
  if (provider < parts_->editors.size()) parts_->editors[provider].Do(rule);
}
void ProvisionedLoad::Add(size_t provider, RcdProfile profile) {
  if (provider < parts_->editors.size()) parts_->editors[provider].Do(profile);
}

class ProvisionedState::Core {
 public:
  Core(ProvisionedSnapshot& snapshot, size_t providers)
      : snapshot_(snapshot), tables_(std::make_shared<ProvisionedTables>(providers)) {
    snapshot_.Set(tables_);
    merger_ = std::thread([this] { MergeUntilStopped(); });
  }
  ~Core() {
    stopped_ = true;
    pause_.Stop();
    merger_.join();
  }

  void Replace(ProvisionedLoad::Parts& parts) {
    auto next = std::make_shared<ProvisionedTables>(providers());
    for (size_t i = 0; i < parts.editors.size() && i < next->providers.size(); ++i) {
      next->providers[i] = std::move(parts.editors[i]).Finish();
    }
    next->clients = std::move(parts.clients).Finish();
    const MutexLock lock(mutex_);
    Set(std::move(next));
  }

  void ReplaceNumbers(size_t provider, ProvisionedLoad::Parts& parts) {
    if (provider >= parts.editors.size() || provider >= providers()) return;
    const NumberRuns numbers(std::move(parts.editors[provider]).TakeNumbers().Build(true));
    const MutexLock lock(mutex_);
    SetProvider(provider, [&](ProviderTables& tables) {
      tables.numbers = numbers;
      return true;
    });
  }

  void Apply(const std::vector<ProvisionedChange>& changes) {
    const MutexLock lock(mutex_);
    auto next = std::make_shared<ProvisionedTables>(*tables_);
    ProviderEditor::Clients clients(next->clients);
    std::map<size_t, ProviderEditor> editors;
    for (const ProvisionedChange& change : changes) {
      if (change.provider >= next->providers.size()) continue;
      ProviderEditor& editor =
          editors.try_emplace(change.provider, change.provider, *next->providers[change.provider], clients)
              .first->second;
      std::visit([&](const auto& what) { editor.Do(what); }, change.what);
    }
    for (auto& [provider, editor] : editors) next->providers[provider] = std::move(editor).Finish();
    next->clients = std::move(clients).Finish();
    Set(std::move(next));
  }

  void WaitUntilMerged() {
    while (Busy()) absl::SleepFor(absl::Milliseconds(1));
  }

 private:
  struct Job {
    size_t provider;
    NumberRuns ProviderTables::*runs;
    NumberRuns::Work work;
  };

  size_t providers() const {
    const MutexLock lock(mutex_);
    return tables_->providers.size();
  }

  void Set(Tables next) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    // Kept until no reader has it: what is in it is freed on the own thread, not on one that signs.
    retired_.push_back(std::move(tables_));
    tables_ = std::move(next);
    snapshot_.Set(tables_);
    pause_.Wake();
  }

  template <typename F>
  void SetProvider(size_t provider, F change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    auto tables = std::make_shared<ProviderTables>(*tables_->providers[provider]);
    if (!change(*tables)) return;
    auto next = std::make_shared<ProvisionedTables>(*tables_);
    next->providers[provider] = std::move(tables);
    Set(std::move(next));
  }

  std::optional<Job> NextJob() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (size_t i = 0; i < tables_->providers.size(); ++i) {
      for (const auto runs :
           {&ProviderTables::numbers, &ProviderTables::do_not_originate, &ProviderTables::emergency}) {
        auto work = ((*tables_->providers[i]).*runs).NextWork();
        if (work) return Job{i, runs, *std::move(work)};
      }
    }
    return std::nullopt;
  }

  bool Busy() {
    const MutexLock lock(mutex_);
    return merging_ || NextJob();
  }

  // False when there is nothing to be merged.
  bool MergeOne() {
    std::optional<Job> job;
    {
      const MutexLock lock(mutex_);
      job = NextJob();
      merging_ = job.has_value();
    }
    if (!job) return false;
    const NumberRuns::Run merged = job->work.Merge();
    const MutexLock lock(mutex_);
    SetProvider(job->provider,
                [&](ProviderTables& tables) { return (tables.*job->runs).Install(job->work, merged); });
    merging_ = false;
    return true;
  }

  // Whether some are still read.
  bool FreeRetired() {
    std::vector<Tables> free, read;
    const MutexLock lock(mutex_);
    for (Tables& tables : retired_) (tables.use_count() == 1 ? free : read).push_back(std::move(tables));
    retired_ = std::move(read);
    return !retired_.empty();
  }

  void MergeUntilStopped() {
    absl::Duration sleep = absl::InfiniteDuration();
    while (pause_.For(sleep)) {
      while (!stopped_ && MergeOne()) {
      }
      sleep = FreeRetired() ? kLetGo : absl::InfiniteDuration();
    }
  }

  ProvisionedSnapshot& snapshot_;
  mutable Mutex mutex_;
  Tables tables_ ABSL_GUARDED_BY(mutex_);
  std::vector<Tables> retired_ ABSL_GUARDED_BY(mutex_);
  bool merging_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> stopped_ = false;
  daemon::Pause pause_;
  std::thread merger_;
};

ProvisionedState::ProvisionedState(ProvisionedSnapshot& snapshot, size_t providers)
    : core_(std::make_unique<Core>(snapshot, providers)) {}
ProvisionedState::~ProvisionedState() = default;

void ProvisionedState::Replace(ProvisionedLoad everything) { core_->Replace(*everything.parts_); }
void ProvisionedState::ReplaceNumbers(size_t provider, ProvisionedLoad numbers) {
  core_->ReplaceNumbers(provider, *numbers.parts_);
}
void ProvisionedState::Apply(const std::vector<ProvisionedChange>& changes) { core_->Apply(changes); }
void ProvisionedState::WaitUntilMerged() { core_->WaitUntilMerged(); }

}  // namespace sti::as
