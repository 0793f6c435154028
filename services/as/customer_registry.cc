#include "services/as/customer_registry.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/store/page.h"
#include "services/as/customer_belongings.h"
#include "services/as/customer_records.h"
#include "services/as/provisioning_journal.h"

namespace sti::as {
namespace {

constexpr char kListing[] = "customers";
constexpr int64_t kLargestPage = 200;  // of customers with the longest clients still fits into a message
constexpr size_t kMaxClients = 64;     // with the longest names they still fit into an event of the audit

std::string Element(size_t index) { return absl::StrCat("customer.clients[", index, "]"); }

absl::Status Check(const Customer& customer) {
  STI_RETURN_IF_ERROR(CheckProvisionedName("customer.id", customer.id));
  STI_RETURN_IF_ERROR(CheckProvisionedText("customer.name", customer.name, limits::kName));
  if (customer.highest_attest == stir::Attestation::kNone) {
    return MakeError(Reason::kInvalidField, "customer.highest_attest", "not A, B or C");
  }
  if (customer.clients.size() > kMaxClients) {
    return MakeError(Reason::kTooLarge, "customer.clients", absl::StrCat("more than ", kMaxClients));
  }
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < customer.clients.size(); ++i) {
    const std::string& identity = customer.clients[i];
    if (identity.empty()) return MakeError(Reason::kMissingField, Element(i), "no identity");
    STI_RETURN_IF_ERROR(CheckProvisionedText(Element(i), identity, limits::kName));
    if (!seen.insert(identity).second) {
      return MakeError(Reason::kInvalidField, Element(i),
                       absl::StrCat("\"", identity, "\" stands there twice"));
    }
  }
  return absl::OkStatus();
}

std::string FallbackText(Fallback fallback) {
  switch (fallback) {
    case Fallback::kDefault:
      return "";
    case Fallback::kB:
      return "B";
    case Fallback::kC:
      return "C";
    case Fallback::kRefuse:
      return "refuse";
  }
  return "";
}

}  // namespace

std::string CustomerText(const Customer& customer) {
  return codec::CanonicalJson(
      codec::JsonObject{{"clients", codec::JsonArray(customer.clients.begin(), customer.clients.end())},
                        {"highest_attest", stir::AttestationText(customer.highest_attest)},
                        {"name", customer.name},
                        {"state", customer.suspended ? "suspended" : "active"},
                        {"unknown_number", FallbackText(customer.unknown_number)}});
}

absl::Status CustomerRegistry::CheckClients(store::Transaction& transaction,
                                            const SigningProviderOptions& owner,
                                            const Customer& customer) const {
  for (size_t i = 0; i < customer.clients.size(); ++i) {
    const std::string& identity = customer.clients[i];
    if (room_.providers.Listed(identity) != nullptr) {
      return MakeError(Reason::kAlreadyExists, Element(i),
                       absl::StrCat("\"", identity, "\" is a client of the configuration"));
    }
    STI_ASSIGN_OR_RETURN(const std::optional<ClientOwner> other, OwnerOfClient(transaction, identity));
    if (!other || (other->provider == owner.name && other->customer == customer.id)) continue;
    // Of other providers nothing is told.
    return MakeError(
        Reason::kAlreadyExists, Element(i),
        absl::StrCat("\"", identity, "\" is taken",
                     other->provider == owner.name ? absl::StrCat(" by customer ", other->customer) : ""));
  }
  return absl::OkStatus();
}

absl::StatusOr<Customer> CustomerRegistry::Put(const Actor& actor, size_t provider, Customer customer) const {
  STI_RETURN_IF_ERROR(Check(customer));
  const SigningProviderOptions& owner = room_.provider(provider);
  const absl::Status done =
      room_.Run(RunMode::kReal, [&](store::Transaction& transaction, absl::Time now) -> absl::Status {
        STI_RETURN_IF_ERROR(CheckClients(transaction, owner, customer));
        STI_ASSIGN_OR_RETURN(const std::optional<Customer> before,
                             FindCustomer(transaction, owner.name, customer.id));
        if (before && CustomerText(*before) == CustomerText(customer)) {
          customer.changed = before->changed;
          return absl::OkStatus();
        }
        customer.changed = now;
        STI_RETURN_IF_ERROR(WriteCustomer(transaction, owner.name, customer));
        STI_RETURN_IF_ERROR(
            AppendJournal(transaction, {{owner.name, JournalKind::kCustomer, customer.id, "", {}}}, now));
        return AuditChange(transaction, actor, owner, "customer.put", "customer", customer.id,
                           before ? CustomerText(*before) : "", CustomerText(customer), now);
      });
  STI_RETURN_IF_ERROR(done);
  return customer;
}

absl::StatusOr<Customer> CustomerRegistry::Get(size_t provider, absl::string_view id) const {
  std::optional<Customer> customer;
  const absl::Status done =
      room_.Run(RunMode::kDry, [&](store::Transaction& transaction, absl::Time) -> absl::Status {
        STI_ASSIGN_OR_RETURN(customer, FindCustomer(transaction, room_.provider(provider).name, id));
        return absl::OkStatus();
      });
  STI_RETURN_IF_ERROR(done);
  if (customer) return *std::move(customer);
  return MakeError(Reason::kNotFound, "id", absl::StrCat("no customer ", id));
}

absl::StatusOr<CustomerPage> CustomerRegistry::List(size_t provider, int64_t page_size,
                                                    absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(int64_t limit, store::CheckPageSize(page_size));
  limit = std::min(limit, kLargestPage);
  STI_ASSIGN_OR_RETURN(const std::string after, store::ParsePageToken(kListing, page_token));
  CustomerPage page;
  const absl::Status done =
      room_.Run(RunMode::kDry, [&](store::Transaction& transaction, absl::Time) -> absl::Status {
        STI_ASSIGN_OR_RETURN(page.customers,
                             ListCustomers(transaction, room_.provider(provider).name, after, limit + 1));
        return absl::OkStatus();
      });
  STI_RETURN_IF_ERROR(done);
  if (page.customers.size() > static_cast<size_t>(limit)) {
    page.customers.pop_back();
    page.next_page_token = store::MakePageToken(kListing, page.customers.back().id);
  }
  return page;
}

absl::StatusOr<CustomerBelongings> CustomerRegistry::Delete(const Actor& actor, size_t provider,
                                                            absl::string_view id, bool with_belongings,
                                                            RunMode run) const {
  const SigningProviderOptions& owner = room_.provider(provider);
  CustomerBelongings belongings;
  const absl::Status done =
      room_.Run(run, [&](store::Transaction& transaction, absl::Time now) -> absl::Status {
        STI_ASSIGN_OR_RETURN(const std::optional<Customer> before, FindCustomer(transaction, owner.name, id));
        if (!before) return MakeError(Reason::kNotFound, "id", absl::StrCat("no customer ", id));
        STI_ASSIGN_OR_RETURN(belongings, CountBelongings(transaction, owner.name, id));
        const bool any = belongings.numbers + belongings.trunks + belongings.profiles > 0;
        if (any && !with_belongings) {
          return MakeError(Reason::kStateConflict, "with_belongings",
                           absl::StrCat("customer ", id, " has ", belongings.numbers, " numbers, ",
                                        belongings.trunks, " trunks and ", belongings.profiles, " profiles"));
        }
        if (run == RunMode::kDry) return absl::OkStatus();
        STI_RETURN_IF_ERROR(DeleteBelongings(transaction, owner.name, id, now));
        STI_RETURN_IF_ERROR(DeleteCustomer(transaction, owner.name, id));
        STI_RETURN_IF_ERROR(
            AppendJournal(transaction, {{owner.name, JournalKind::kCustomer, std::string(id), "", {}}}, now));
        const std::string gone = codec::CanonicalJson(codec::JsonObject{{"numbers", belongings.numbers},
                                                                        {"profiles", belongings.profiles},
                                                                        {"trunks", belongings.trunks}});
        return AuditChange(
            transaction, actor, owner, "customer.delete", "customer", id,
            absl::StrCat(R"({"belongings":)", gone, R"(,"customer":)", CustomerText(*before), "}"), "", now);
      });
  STI_RETURN_IF_ERROR(done);
  return belongings;
}

}  // namespace sti::as
