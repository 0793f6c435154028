#include <utility>

#include "absl/strings/str_cat.h"
#include "services/as/provisioned_tables.h"

namespace sti::as {
namespace {

// Rules of a range as entries that are nobody's. None for what is no range of numbers.
std::optional<CustomerNumbers> RangeOf(const NumberRule& rule) {
  const auto first = NumberValueOf(rule.first), last = NumberValueOf(rule.last);
  if (!first || !last || *last < *first) return std::nullopt;
  CustomerNumbers range;
  range.first = *first;
  range.last = *last;
  return range;
}

}  // namespace

ProviderEditor::ProviderEditor(size_t provider, const ProviderTables& tables, Clients& clients)
    : provider_(provider),
      tables_(tables),
      clients_(clients),
      customers_(tables.customers),
      trunks_(tables.trunks),
      profiles_(tables.profiles),
      prefixes_(tables.prefixes) {}

// Only those that are still this customer's: another may have got one before.
void ProviderEditor::DropClients(const Customer& customer) {
  for (const std::string& identity : customer.clients) {
    const auto* const owner = clients_.Find(identity);
    if (owner != nullptr && owner->provider == provider_ && owner->customer == customer.id) {
      clients_.Erase(identity);
    }
  }
}

NumberMapBuilder* ProviderEditor::BuilderOf(NumberRule::Kind kind) {
  if (kind == NumberRule::Kind::kDoNotOriginate) return &do_not_originate_;
  return kind == NumberRule::Kind::kEmergency ? &emergency_ : nullptr;
}

void ProviderEditor::Do(const Customer& customer) {
  if (const Customer* const before = customers_.Find(customer.id)) DropClients(*before);
  customers_.Put(customer.id, customer);
  for (const std::string& identity : customer.clients) {
    clients_.Put(identity, {provider_, identity, customer.id});
  }
}

void ProviderEditor::Do(const Trunk& trunk) { trunks_.Put(trunk.id, trunk); }

void ProviderEditor::Do(const CustomerNumbers& numbers) { numbers_.Add(numbers); }

void ProviderEditor::Do(const NumberRule& rule) {
  if (NumberMapBuilder* const builder = BuilderOf(rule.kind)) {
    if (const auto range = RangeOf(rule)) builder->Add(*range);
    return;
  }
  const size_t length = rule.first.size();
  if (length >= tables_.prefixes_of_length.size()) return;  // no number is as long
  if (prefixes_.Find(rule.first) == nullptr) ++tables_.prefixes_of_length[length];
  prefixes_.Put(rule.first, rule);
}

void ProviderEditor::Do(const RcdProfile& profile) {
  profiles_.Put(absl::StrCat(profile.customer, "\n", profile.name), profile);
}

void ProviderEditor::Do(const ProvisionedChange::RemoveCustomer& removal) {
  if (const Customer* const before = customers_.Find(removal.id)) DropClients(*before);
  customers_.Erase(removal.id);
}

void ProviderEditor::Do(const ProvisionedChange::RemoveTrunk& removal) { trunks_.Erase(removal.id); }

void ProviderEditor::Do(const ProvisionedChange::RemoveNumbers& removal) { numbers_.Remove(removal.numbers); }

void ProviderEditor::Do(const ProvisionedChange::RemoveRule& removal) {
  const NumberRule& rule = removal.rule;
  if (NumberMapBuilder* const builder = BuilderOf(rule.kind)) {
    if (const auto range = RangeOf(rule)) builder->Remove(*range);
    return;
  }
  if (prefixes_.Find(rule.first) == nullptr) return;
  --tables_.prefixes_of_length[rule.first.size()];
  prefixes_.Erase(rule.first);
}

void ProviderEditor::Do(const ProvisionedChange::RemoveProfile& removal) {
  profiles_.Erase(absl::StrCat(removal.customer, "\n", removal.name));
}

std::shared_ptr<const ProviderTables> ProviderEditor::Finish() && {
  tables_.customers = std::move(customers_).Finish();
  tables_.trunks = std::move(trunks_).Finish();
  tables_.profiles = std::move(profiles_).Finish();
  tables_.prefixes = std::move(prefixes_).Finish();
  for (const auto& [builder, runs] :
       {std::pair(&numbers_, &tables_.numbers), std::pair(&do_not_originate_, &tables_.do_not_originate),
        std::pair(&emergency_, &tables_.emergency)}) {
    if (!builder->empty()) runs->Append(std::move(*builder).Build(false));
  }
  return std::make_shared<const ProviderTables>(std::move(tables_));
}

}  // namespace sti::as
