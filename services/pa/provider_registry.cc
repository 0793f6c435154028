#include "services/pa/provider_registry.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/page.h"
#include "services/pa/pa_schema.h"

namespace sti::pa {
namespace {

constexpr char kListing[] = "providers";
constexpr size_t kMaxId = 64;
constexpr size_t kMaxSpc = 10;

absl::Status CheckId(absl::string_view id) {
  if (id.empty()) return MakeError(Reason::kMissingField, "id", "a provider needs a short name");
  const bool fits = std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
  });
  if (fits && id.size() <= kMaxId) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, "id", "not 1 to 64 characters of a-z, 0-9 and \"-\"");
}

absl::Status CheckSpc(absl::string_view spc, absl::string_view field) {
  const bool fits = std::all_of(spc.begin(), spc.end(), [](char c) {
    return absl::ascii_isupper(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  if (fits && !spc.empty() && spc.size() <= kMaxSpc) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, field, "a code has 1 to 10 characters of A-Z and 0-9");
}

std::string Element(absl::string_view list, size_t index) { return absl::StrCat(list, "[", index, "]"); }

absl::Status CheckList(absl::string_view field, const std::vector<std::string>& list,
                       absl::Status (*check)(absl::string_view, absl::string_view)) {
  if (list.empty()) return MakeError(Reason::kMissingField, field, "at least one is needed");
  if (list.size() > limits::kProviderList) {
    return MakeError(Reason::kTooLarge, field, absl::StrCat("more than ", limits::kProviderList));
  }
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < list.size(); ++i) {
    STI_RETURN_IF_ERROR(check(list[i], Element(field, i)));
    if (!seen.insert(list[i]).second) {
      return MakeError(Reason::kInvalidField, Element(field, i),
                       absl::StrCat("\"", list[i], "\" stands there twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status Check(const Provider& provider) {
  STI_RETURN_IF_ERROR(CheckId(provider.id));
  STI_RETURN_IF_ERROR(CheckName(provider.name, "name"));
  STI_RETURN_IF_ERROR(CheckList("spcs", provider.spcs, CheckSpc));
  return CheckList("client_identities", provider.client_identities, CheckName);
}

absl::Status Taken(absl::string_view field, absl::string_view what, absl::string_view owner) {
  return MakeError(Reason::kAlreadyExists, field,
                   absl::StrCat(what, " belongs to the provider \"", owner, "\""));
}

// The database's own constraints would refuse as well, but could not say whose it is.
absl::Status CheckFree(store::Transaction& transaction, const Provider& provider) {
  STI_ASSIGN_OR_RETURN(const std::optional<Provider> same, FindProvider(transaction, provider.id));
  if (same) {
    return MakeError(Reason::kAlreadyExists, "id",
                     absl::StrCat("\"", provider.id, "\" is the provider \"", same->name, "\""));
  }
  for (size_t i = 0; i < provider.spcs.size(); ++i) {
    STI_ASSIGN_OR_RETURN(const std::string owner, OwnerOfSpc(transaction, provider.spcs[i]));
    if (!owner.empty()) return Taken(Element("spcs", i), absl::StrCat("SPC ", provider.spcs[i]), owner);
  }
  for (size_t i = 0; i < provider.client_identities.size(); ++i) {
    const std::string& identity = provider.client_identities[i];
    STI_ASSIGN_OR_RETURN(const std::string owner, OwnerOfIdentity(transaction, identity));
    if (!owner.empty()) {
      return Taken(Element("client_identities", i), absl::StrCat("the identity \"", identity, "\""), owner);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckName(absl::string_view name, absl::string_view field) {
  if (name.empty()) return MakeError(Reason::kMissingField, field, "must not be empty");
  const bool control = std::any_of(name.begin(), name.end(),
                                   [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
  if (!control && name.size() <= limits::kName) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, field,
                   absl::StrCat("not 1 to ", limits::kName, " octets without control characters"));
}

ProviderRegistry::ProviderRegistry(store::Database& database, const Clock& clock)
    : database_(database), clock_(clock) {}

absl::StatusOr<Provider> ProviderRegistry::Register(Provider provider) const {
  const absl::Status checked = Check(provider);
  if (!checked.ok()) return PrefixField("provider", checked);
  provider.created = WholeSeconds(clock_.TimeNow());
  const absl::Status stored = database_.Write([&](store::Transaction& transaction) {
    STI_RETURN_IF_ERROR(CheckFree(transaction, provider));
    return InsertProvider(transaction, provider);
  });
  if (ReasonOf(stored) == Reason::kAlreadyExists) return PrefixField("provider", stored);
  STI_RETURN_IF_ERROR(stored);
  return provider;
}

absl::StatusOr<Provider> ProviderRegistry::Get(absl::string_view id) const {
  std::optional<Provider> found;
  STI_RETURN_IF_ERROR(database_.Read([&](store::Transaction& transaction) {
    STI_ASSIGN_OR_RETURN(found, FindProvider(transaction, id));
    return absl::OkStatus();
  }));
  if (!found) return MakeError(Reason::kNotFound, "id", absl::StrCat("there is no provider \"", id, "\""));
  return *std::move(found);
}

absl::StatusOr<ProviderPage> ProviderRegistry::List(int64_t page_size, absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const std::string after, store::ParsePageToken(kListing, page_token));
  ProviderPage page;
  STI_RETURN_IF_ERROR(database_.Read([&](store::Transaction& transaction) {
    STI_ASSIGN_OR_RETURN(page.providers, ListProviders(transaction, after, limit + 1));
    return absl::OkStatus();
  }));
  if (page.providers.size() > static_cast<size_t>(limit)) {
    page.providers.pop_back();
    page.next_page_token = store::MakePageToken(kListing, page.providers.back().id);
  }
  return page;
}

}  // namespace sti::pa
