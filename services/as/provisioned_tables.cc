#include "services/as/provisioned_tables.h"

#include "absl/strings/str_cat.h"
#include "services/as/number_map.h"

namespace sti::as {
namespace {

// Names have no line ends.
std::string ProfileKey(absl::string_view customer, absl::string_view name) {
  return absl::StrCat(customer, "\n", name);
}

bool Holds(const NumberRuns& rules, NumberValue number) {
  bool found = false;
  rules.Visit(number, [&](const NumberMatch&) { found = true; });
  return found;
}

}  // namespace

const Customer* ProvisionedTables::FindCustomer(size_t provider, absl::string_view id) const {
  return provider < providers.size() ? providers[provider]->customers.Find(id) : nullptr;
}

const Trunk* ProvisionedTables::FindTrunk(size_t provider, absl::string_view id) const {
  return provider < providers.size() ? providers[provider]->trunks.Find(id) : nullptr;
}

const RcdProfile* ProvisionedTables::FindProfile(size_t provider, absl::string_view customer,
                                                 absl::string_view name) const {
  return provider < providers.size() ? providers[provider]->profiles.Find(ProfileKey(customer, name))
                                     : nullptr;
}

std::optional<ProvisionedView::Credential> ProvisionedTables::FindClient(absl::string_view identity) const {
  const ClientOwner* const owner = clients.Find(identity);
  if (owner == nullptr) return std::nullopt;
  const Customer* const customer = FindCustomer(owner->provider, owner->customer);
  if (customer == nullptr) return std::nullopt;
  return Credential{owner->provider, customer};
}

ProvisionedView::NumberAnswer ProvisionedTables::AskNumber(size_t provider, absl::string_view customer,
                                                           NumberValue number, absl::Time time) const {
  NumberAnswer answer;
  if (provider >= providers.size()) return answer;
  bool ended = false;
  providers[provider]->numbers.Visit(number, [&](const NumberMatch& match) {
    const bool valid = time < match.right.until;
    if (match.right.customer != customer) {
      answer.others |= valid && !match.right.letter;
    } else if (!valid) {
      ended = true;
    } else if (!match.right.letter) {
      answer.right = NumberAnswer::Right::kOwn;
    } else if (answer.right == NumberAnswer::Right::kNone) {
      answer.right = NumberAnswer::Right::kLetter;
    }
  });
  answer.expired = ended && answer.right == NumberAnswer::Right::kNone;
  return answer;
}

bool ProvisionedTables::IsDoNotOriginate(size_t provider, NumberValue number) const {
  return provider < providers.size() && Holds(providers[provider]->do_not_originate, number);
}

bool ProvisionedTables::IsEmergency(size_t provider, NumberValue number) const {
  if (number == 911 || number == 112) return true;
  return provider < providers.size() && Holds(providers[provider]->emergency, number);
}

const NumberRule* ProvisionedTables::CallingPrefix(size_t provider, NumberValue number) const {
  if (provider >= providers.size()) return nullptr;
  const ProviderTables& tables = *providers[provider];
  const std::string digits = NumberDigits(number);
  for (size_t length = digits.size(); length > 0; --length) {
    if (tables.prefixes_of_length[length] == 0) continue;
    const NumberRule* const rule = tables.prefixes.Find(absl::string_view(digits).substr(0, length));
    if (rule != nullptr) return rule;
  }
  return nullptr;
}

size_t ProvisionedTables::numbers() const {
  size_t entries = 0;
  for (const auto& tables : providers) entries += tables->numbers.size();
  return entries;
}

void ProvisionedTables::EachCustomer(size_t provider,
                                     const std::function<void(const Customer&)>& visit) const {
  if (provider < providers.size()) providers[provider]->customers.Each(visit);
}

void ProvisionedTables::EachTrunk(size_t provider, const std::function<void(const Trunk&)>& visit) const {
  if (provider < providers.size()) providers[provider]->trunks.Each(visit);
}

}  // namespace sti::as
