#include "services/as/provider_table.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::as {
namespace {

absl::Status Refuse(size_t provider, absl::string_view key, absl::string_view why) {
  return MakeError(Reason::kConfigInvalid, absl::StrCat("providers[", provider, "].", key), why);
}

bool IsProviderName(absl::string_view name) {
  constexpr size_t kLongest = 32;
  return !name.empty() && name.size() <= kLongest && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string At(absl::string_view key, size_t place) { return absl::StrCat(key, "[", place, "]"); }

}  // namespace

absl::StatusOr<ProviderTable> ProviderTable::Create(std::vector<SigningProviderOptions> providers) {
  if (providers.empty() || providers.size() > limits::kSigningProviders) {
    return MakeError(
        Reason::kConfigInvalid, "providers",
        absl::StrCat(providers.size(), " providers; 1 to ", limits::kSigningProviders, " are needed"));
  }
  ProviderTable table;
  absl::flat_hash_set<std::string> spcs;
  for (size_t i = 0; i < providers.size(); ++i) {
    const SigningProviderOptions& provider = providers[i];
    if (!IsProviderName(provider.name)) {
      return Refuse(i, "name", "must be 1 to 32 characters of a-z, 0-9 and \"-\"");
    }
    if (!table.names_.emplace(provider.name, i).second) {
      return Refuse(i, "name", absl::StrCat("another provider is named ", provider.name, ", too"));
    }
    if (!spcs.insert(provider.spc).second) {
      return Refuse(i, "spc", absl::StrCat("another provider has SPC ", provider.spc, ", too"));
    }
    if (provider.clients.empty() && providers.size() > 1) {
      return Refuse(i, "clients", "must name who may sign, since there are several providers");
    }
    for (size_t j = 0; j < provider.clients.size(); ++j) {
      const std::string& client = provider.clients[j];
      if (client.empty()) return Refuse(i, At("clients", j), "must not be empty");
      const auto [known, added] = table.clients_.emplace(client, ProviderClient{i, false, false});
      if (added || known->second.provider == i) continue;
      return Refuse(
          i, At("clients", j),
          absl::StrCat(client, " is a client of provider ", providers[known->second.provider].name, ", too"));
    }
    const auto mark = [&](absl::string_view key, const std::vector<std::string>& names,
                          bool ProviderClient::*flag) -> absl::Status {
      for (size_t j = 0; j < names.size(); ++j) {
        // Without a list everybody is a client.
        if (provider.clients.empty()) table.clients_.emplace(names[j], ProviderClient{i, false, false});
        const auto known = table.clients_.find(names[j]);
        if (names[j].empty() || known == table.clients_.end() || known->second.provider != i) {
          return Refuse(i, At(key, j), absl::StrCat("\"", names[j], "\" is not among the clients"));
        }
        known->second.*flag = true;
      }
      return absl::OkStatus();
    };
    absl::Status marked = mark("attesting_clients", provider.attesting_clients, &ProviderClient::attests);
    if (marked.ok()) {
      marked = mark("diverting_clients", provider.diverting_clients, &ProviderClient::diverts);
    }
    if (!marked.ok()) return marked;
  }
  table.open_ = providers.size() == 1 && providers[0].clients.empty();
  table.providers_ = std::move(providers);
  return table;
}

std::optional<size_t> ProviderTable::Find(absl::string_view name) const {
  if (name.empty()) return providers_.size() == 1 ? std::optional<size_t>(0) : std::nullopt;
  const auto found = names_.find(name);
  return found == names_.end() ? std::nullopt : std::optional<size_t>(found->second);
}

const ProviderClient* ProviderTable::Listed(absl::string_view identity) const {
  const auto found = clients_.find(identity);
  return found == clients_.end() ? nullptr : &found->second;
}

std::optional<ProviderClient> ProviderTable::ClientOf(absl::string_view identity) const {
  if (const ProviderClient* listed = Listed(identity); listed != nullptr) return *listed;
  return open_ ? std::optional<ProviderClient>(ProviderClient()) : std::nullopt;
}

}  // namespace sti::as
