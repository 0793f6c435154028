#include "services/as/provisioning_load.h"

#include <optional>
#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "services/as/customer_records.h"
#include "services/as/number_records.h"
#include "services/as/profile_records.h"
#include "services/as/rule_records.h"
#include "services/as/trunk_records.h"

namespace sti::as {
namespace {

constexpr int64_t kPage = 1000;
constexpr int64_t kNumberPage = 20'000;

absl::Status LoadNumbers(store::Transaction& transaction, size_t index, const std::string& provider,
                         ProvisionedLoad& load) {
  NumberPosition after;
  for (;;) {
    STI_ASSIGN_OR_RETURN(const std::vector<CustomerNumbers> page,
                         ListNumbers(transaction, provider, "", 0, after, kNumberPage));
    for (const CustomerNumbers& numbers : page) load.Add(index, numbers);
    if (page.size() < static_cast<size_t>(kNumberPage)) return absl::OkStatus();
    after = {page.back().first, page.back().letter, page.back().customer};
  }
}

// `next`: gives the page after the last row of the one before.
template <typename Row, typename Next>
absl::Status LoadPages(size_t index, ProvisionedLoad& load, const Next& next) {
  std::optional<Row> last;
  for (;;) {
    STI_ASSIGN_OR_RETURN(std::vector<Row> page, next(last));
    const bool more = page.size() == static_cast<size_t>(kPage);
    if (more) last = page.back();
    for (Row& row : page) load.Add(index, std::move(row));
    if (!more) return absl::OkStatus();
  }
}

absl::Status LoadProvider(store::Transaction& transaction, size_t index, const std::string& provider,
                          ProvisionedLoad& load) {
  STI_RETURN_IF_ERROR(LoadPages<Customer>(index, load, [&](const std::optional<Customer>& last) {
    return ListCustomers(transaction, provider, last ? last->id : "", kPage);
  }));
  STI_RETURN_IF_ERROR(LoadPages<Trunk>(index, load, [&](const std::optional<Trunk>& last) {
    return ListTrunks(transaction, provider, "", last ? last->id : "", kPage);
  }));
  STI_RETURN_IF_ERROR(LoadPages<NumberRule>(index, load, [&](const std::optional<NumberRule>& last) {
    return ListRules(transaction, provider, last ? KeyOf(*last) : RuleKey(), kPage);
  }));
  STI_RETURN_IF_ERROR(LoadPages<RcdProfile>(index, load, [&](const std::optional<RcdProfile>& last) {
    return ListProfiles(transaction, provider, "",
                        last ? ProfileKey{last->customer, last->name} : ProfileKey(), kPage);
  }));
  return LoadNumbers(transaction, index, provider, load);
}

absl::StatusOr<std::optional<NumberRule>> RuleOf(store::Transaction& transaction, const JournalEntry& entry,
                                                 RuleKey& key) {
  const std::pair<std::string, std::string> range = absl::StrSplit(entry.detail, absl::MaxSplits('-', 1));
  key.first = range.first;
  key.last = range.second;
  if (!absl::SimpleAtoi(entry.subject, &key.kind)) return std::optional<NumberRule>();
  return FindRule(transaction, entry.provider, key);
}

// What the entry is about is read as it is now: later changes of it follow, and change nothing any more.
absl::StatusOr<ProvisionedChange> ChangeOf(store::Transaction& transaction, size_t index,
                                           const JournalEntry& entry) {
  ProvisionedChange change;
  change.provider = index;
  switch (entry.kind) {
    case JournalKind::kCustomer: {
      STI_ASSIGN_OR_RETURN(std::optional<Customer> now,
                           FindCustomer(transaction, entry.provider, entry.subject));
      change.what = ProvisionedChange::RemoveCustomer{entry.subject};
      if (now) change.what = *std::move(now);
      break;
    }
    case JournalKind::kTrunk: {
      STI_ASSIGN_OR_RETURN(std::optional<Trunk> now, FindTrunk(transaction, entry.provider, entry.subject));
      change.what = ProvisionedChange::RemoveTrunk{entry.subject};
      if (now) change.what = *std::move(now);
      break;
    }
    case JournalKind::kRule: {
      RuleKey key;
      STI_ASSIGN_OR_RETURN(std::optional<NumberRule> now, RuleOf(transaction, entry, key));
      change.what = ProvisionedChange::RemoveRule{
          {static_cast<NumberRule::Kind>(key.kind), key.first, key.last, std::nullopt, ""}};
      if (now) change.what = *std::move(now);
      break;
    }
    case JournalKind::kProfile: {
      STI_ASSIGN_OR_RETURN(std::optional<RcdProfile> now,
                           FindProfile(transaction, entry.provider, entry.subject, entry.detail));
      change.what = ProvisionedChange::RemoveProfile{entry.subject, entry.detail};
      if (now) change.what = *std::move(now);
      break;
    }
    case JournalKind::kNumbersAdded:
      change.what = entry.numbers;
      break;
    case JournalKind::kNumbersRemoved:
      change.what = ProvisionedChange::RemoveNumbers{entry.numbers};
      break;
    case JournalKind::kNumbersReplaced:
      change.what = ProvisionedChange::ReloadNumbers{};
      break;
  }
  return change;
}

}  // namespace

absl::StatusOr<LoadedProvisioning> LoadProvisioning(store::Database& database,
                                                    const ProviderTable& providers) {
  LoadedProvisioning loaded{ProvisionedLoad(providers.all().size()), 0};
  const absl::Status done = database.Read([&](store::Transaction& transaction) -> absl::Status {
    loaded.everything = ProvisionedLoad(providers.all().size());
    STI_ASSIGN_OR_RETURN(loaded.journal_end, JournalEnd(transaction));
    for (size_t i = 0; i < providers.all().size(); ++i) {
      STI_RETURN_IF_ERROR(LoadProvider(transaction, i, providers.all()[i].name, loaded.everything));
    }
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(done);
  return loaded;
}

absl::StatusOr<ProvisioningNews> ReadNews(store::Database& database, const ProviderTable& providers,
                                          int64_t after, int64_t limit) {
  ProvisioningNews news;
  const absl::Status done = database.Read([&](store::Transaction& transaction) -> absl::Status {
    news = ProvisioningNews();
    STI_ASSIGN_OR_RETURN(JournalPart part, ReadJournal(transaction, after, limit));
    news.gap = part.gap;
    news.journal_end = part.end;
    std::set<size_t> replaced;
    for (const JournalEntry& entry : part.entries) {
      const std::optional<size_t> index =
          entry.provider.empty() ? std::nullopt : providers.Find(entry.provider);
      if (!index) continue;  // of a provider that this daemon does not sign for
      if (entry.kind == JournalKind::kNumbersReplaced) replaced.insert(*index);
      STI_ASSIGN_OR_RETURN(ProvisionedChange change, ChangeOf(transaction, *index, entry));
      news.changes.push_back(std::move(change));
    }
    for (const size_t index : replaced) {
      news.numbers.emplace_back(index, ProvisionedLoad(providers.all().size()));
      STI_RETURN_IF_ERROR(
          LoadNumbers(transaction, index, providers.all()[index].name, news.numbers.back().second));
    }
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(done);
  return news;
}

}  // namespace sti::as
