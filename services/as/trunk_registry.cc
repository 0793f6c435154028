#include "services/as/trunk_registry.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/store/page.h"
#include "services/as/customer_records.h"
#include "services/as/provisioning_journal.h"
#include "services/as/trunk_records.h"

namespace sti::as {
namespace {

constexpr char kListing[] = "trunks";

absl::Status Check(const Trunk& trunk) {
  STI_RETURN_IF_ERROR(CheckProvisionedName("trunk.id", trunk.id));
  if (trunk.gateway && !trunk.customer.empty()) {
    return MakeError(Reason::kInvalidField, "trunk.customer", "a gateway has no customer");
  }
  if (!trunk.gateway && trunk.customer.empty()) {
    return MakeError(Reason::kMissingField, "trunk.customer", "a trunk is a customer's, or a gateway");
  }
  return trunk.gateway ? absl::OkStatus() : CheckProvisionedName("trunk.customer", trunk.customer);
}

}  // namespace

std::string TrunkText(const Trunk& trunk) {
  return codec::CanonicalJson(codec::JsonObject{
      {"customer", trunk.customer}, {"emergency", trunk.emergency}, {"gateway", trunk.gateway}});
}

absl::StatusOr<Trunk> TrunkRegistry::Put(const Actor& actor, size_t provider, Trunk trunk) const {
  STI_RETURN_IF_ERROR(Check(trunk));
  const SigningProviderOptions& owner = room_.provider(provider);
  const absl::Status done =
      room_.Run(RunMode::kReal, [&](store::Transaction& transaction, absl::Time now) -> absl::Status {
        if (!trunk.gateway) {
          STI_ASSIGN_OR_RETURN(const bool known, HasCustomer(transaction, owner.name, trunk.customer));
          if (!known) {
            return MakeError(Reason::kNotFound, "trunk.customer",
                             absl::StrCat("no customer ", trunk.customer));
          }
        }
        STI_ASSIGN_OR_RETURN(const std::optional<Trunk> before, FindTrunk(transaction, owner.name, trunk.id));
        if (before && TrunkText(*before) == TrunkText(trunk)) {
          trunk.changed = before->changed;
          return absl::OkStatus();
        }
        trunk.changed = now;
        STI_RETURN_IF_ERROR(WriteTrunk(transaction, owner.name, trunk));
        STI_RETURN_IF_ERROR(
            AppendJournal(transaction, {{owner.name, JournalKind::kTrunk, trunk.id, "", {}}}, now));
        return AuditChange(transaction, actor, owner, "trunk.put", "trunk", trunk.id,
                           before ? TrunkText(*before) : "", TrunkText(trunk), now);
      });
  STI_RETURN_IF_ERROR(done);
  return trunk;
}

absl::StatusOr<TrunkPage> TrunkRegistry::List(size_t provider, absl::string_view customer, int64_t page_size,
                                              absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const std::string after, store::ParsePageToken(kListing, page_token));
  TrunkPage page;
  const absl::Status done =
      room_.Run(RunMode::kDry, [&](store::Transaction& transaction, absl::Time) -> absl::Status {
        STI_ASSIGN_OR_RETURN(
            page.trunks, ListTrunks(transaction, room_.provider(provider).name, customer, after, limit + 1));
        return absl::OkStatus();
      });
  STI_RETURN_IF_ERROR(done);
  if (page.trunks.size() > static_cast<size_t>(limit)) {
    page.trunks.pop_back();
    page.next_page_token = store::MakePageToken(kListing, page.trunks.back().id);
  }
  return page;
}

absl::Status TrunkRegistry::Delete(const Actor& actor, size_t provider, absl::string_view id) const {
  const SigningProviderOptions& owner = room_.provider(provider);
  return room_.Run(RunMode::kReal, [&](store::Transaction& transaction, absl::Time now) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<Trunk> before, FindTrunk(transaction, owner.name, id));
    if (!before) return MakeError(Reason::kNotFound, "id", absl::StrCat("no trunk ", id));
    STI_RETURN_IF_ERROR(DeleteTrunk(transaction, owner.name, id));
    STI_RETURN_IF_ERROR(
        AppendJournal(transaction, {{owner.name, JournalKind::kTrunk, std::string(id), "", {}}}, now));
    return AuditChange(transaction, actor, owner, "trunk.delete", "trunk", id, TrunkText(*before), "", now);
  });
}

}  // namespace sti::as
