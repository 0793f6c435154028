// The tables behind a ProvisionedView, and how they change.
#ifndef SERVICES_AS_PROVISIONED_TABLES_H_
#define SERVICES_AS_PROVISIONED_TABLES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/as/number_map_builder.h"
#include "services/as/number_map_runs.h"
#include "services/as/provisioned.h"
#include "services/as/provisioned_map.h"
#include "services/as/provisioned_view.h"

namespace sti::as {

// Of one provider.
struct ProviderTables {
  ProvisionedMap<Customer> customers;
  ProvisionedMap<Trunk> trunks;
  ProvisionedMap<RcdProfile> profiles;  // by customer and name
  ProvisionedMap<NumberRule> prefixes;  // by the beginning
  std::array<uint32_t, 16> prefixes_of_length{};
  // Rules are entries without a customer.
  NumberRuns numbers, do_not_originate, emergency;
};

class ProvisionedTables final : public ProvisionedView {
 public:
  struct ClientOwner {
    size_t provider = 0;
    std::string identity, customer;
  };

  explicit ProvisionedTables(size_t count) : providers(count, std::make_shared<ProviderTables>()) {}

  const Customer* FindCustomer(size_t provider, absl::string_view id) const override;
  const Trunk* FindTrunk(size_t provider, absl::string_view id) const override;
  const RcdProfile* FindProfile(size_t provider, absl::string_view customer,
                                absl::string_view name) const override;
  std::optional<Credential> FindClient(absl::string_view identity) const override;
  NumberAnswer AskNumber(size_t provider, absl::string_view customer, NumberValue number,
                         absl::Time time) const override;
  bool IsDoNotOriginate(size_t provider, NumberValue number) const override;
  bool IsEmergency(size_t provider, NumberValue number) const override;
  const NumberRule* CallingPrefix(size_t provider, NumberValue number) const override;
  size_t numbers() const override;
  void EachCustomer(size_t provider, const std::function<void(const Customer&)>& visit) const override;
  void EachTrunk(size_t provider, const std::function<void(const Trunk&)>& visit) const override;

  // What the writer makes new tables of; not to be changed once they are set.
  std::vector<std::shared_ptr<const ProviderTables>> providers;
  ProvisionedMap<ClientOwner> clients;  // by identity
};

// Changes of one provider, collected. For one thread.
class ProviderEditor {
 public:
  using Clients = ProvisionedMap<ProvisionedTables::ClientOwner>::Editor;

  // `clients` are those of all providers, and must outlive this.
  ProviderEditor(size_t provider, const ProviderTables& tables, Clients& clients);

  void Do(const Customer& customer);
  void Do(const Trunk& trunk);
  void Do(const CustomerNumbers& numbers);
  void Do(const NumberRule& rule);
  void Do(const RcdProfile& profile);
  void Do(const ProvisionedChange::RemoveCustomer& removal);
  void Do(const ProvisionedChange::RemoveTrunk& removal);
  void Do(const ProvisionedChange::RemoveNumbers& removal);
  void Do(const ProvisionedChange::RemoveRule& removal);
  void Do(const ProvisionedChange::RemoveProfile& removal);
  void Do(const ProvisionedChange::ReloadNumbers&) {}

  std::shared_ptr<const ProviderTables> Finish() &&;
  // The numbers alone, for those that are loaded anew.
  NumberMapBuilder TakeNumbers() && { return std::move(numbers_); }

 private:
  void DropClients(const Customer& customer);
  NumberMapBuilder* BuilderOf(NumberRule::Kind kind);

  const size_t provider_;
  ProviderTables tables_;
  Clients& clients_;
  ProvisionedMap<Customer>::Editor customers_;
  ProvisionedMap<Trunk>::Editor trunks_;
  ProvisionedMap<RcdProfile>::Editor profiles_;
  ProvisionedMap<NumberRule>::Editor prefixes_;
  NumberMapBuilder numbers_, do_not_originate_, emergency_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONED_TABLES_H_
