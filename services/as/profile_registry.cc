#include "services/as/profile_registry.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/page.h"
#include "services/as/customer_records.h"
#include "services/as/outgoing_claims.h"
#include "services/as/profile_records.h"
#include "services/as/provisioning_journal.h"

namespace sti::as {
namespace {

constexpr char kListing[] = "rcd-profiles";
constexpr int64_t kLargestPage = 100;  // of the largest profiles still fits into a message

absl::Status Check(const RcdProfile& profile, const stir::NumberingPlan& plan) {
  STI_RETURN_IF_ERROR(CheckProvisionedName("profile.customer", profile.customer));
  STI_RETURN_IF_ERROR(CheckProvisionedName("profile.name", profile.name));
  if (RcdText(profile.rcd) == "{}")
    return MakeError(Reason::kMissingField, "profile.rcd", "nothing is claimed");
  const absl::Status made = MakeRichCallData(profile.rcd, plan).status();
  return made.ok() ? made : PrefixField("profile", made);
}

std::string Name(absl::string_view customer, absl::string_view name) {
  return absl::StrCat(customer, "/", name);
}

}  // namespace

absl::StatusOr<RcdProfile> ProfileRegistry::Put(const Actor& actor, size_t provider,
                                                RcdProfile profile) const {
  const SigningProviderOptions& owner = room_.provider(provider);
  STI_RETURN_IF_ERROR(Check(profile, owner.plan));
  std::sort(profile.rcd.rcdi.begin(), profile.rcd.rcdi.end());
  const absl::Status done =
      room_.Run(RunMode::kReal, [&](store::Transaction& transaction, absl::Time now) -> absl::Status {
        STI_ASSIGN_OR_RETURN(const bool known, HasCustomer(transaction, owner.name, profile.customer));
        if (!known) {
          return MakeError(Reason::kNotFound, "profile.customer",
                           absl::StrCat("no customer ", profile.customer));
        }
        STI_ASSIGN_OR_RETURN(const std::optional<RcdProfile> before,
                             FindProfile(transaction, owner.name, profile.customer, profile.name));
        if (before && RcdText(before->rcd) == RcdText(profile.rcd)) {
          profile.changed = before->changed;
          return absl::OkStatus();
        }
        profile.changed = now;
        STI_RETURN_IF_ERROR(WriteProfile(transaction, owner.name, profile));
        STI_RETURN_IF_ERROR(AppendJournal(
            transaction, {{owner.name, JournalKind::kProfile, profile.customer, profile.name, {}}}, now));
        return AuditChange(transaction, actor, owner, "profile.put", "profile",
                           Name(profile.customer, profile.name), before ? RcdText(before->rcd) : "",
                           RcdText(profile.rcd), now);
      });
  STI_RETURN_IF_ERROR(done);
  return profile;
}

absl::StatusOr<ProfilePage> ProfileRegistry::List(size_t provider, absl::string_view customer,
                                                  int64_t page_size, absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(int64_t limit, store::CheckPageSize(page_size));
  limit = std::min(limit, kLargestPage);
  STI_ASSIGN_OR_RETURN(const std::string key, store::ParsePageToken(kListing, page_token));
  const std::pair<std::string, std::string> parts = absl::StrSplit(key, absl::MaxSplits('/', 1));
  ProfilePage page;
  const absl::Status done =
      room_.Run(RunMode::kDry, [&](store::Transaction& transaction, absl::Time) -> absl::Status {
        STI_ASSIGN_OR_RETURN(page.profiles, ListProfiles(transaction, room_.provider(provider).name, customer,
                                                         {parts.first, parts.second}, limit + 1));
        return absl::OkStatus();
      });
  STI_RETURN_IF_ERROR(done);
  if (page.profiles.size() > static_cast<size_t>(limit)) {
    page.profiles.pop_back();
    page.next_page_token =
        store::MakePageToken(kListing, Name(page.profiles.back().customer, page.profiles.back().name));
  }
  return page;
}

absl::Status ProfileRegistry::Delete(const Actor& actor, size_t provider, absl::string_view customer,
                                     absl::string_view name) const {
  const SigningProviderOptions& owner = room_.provider(provider);
  return room_.Run(RunMode::kReal, [&](store::Transaction& transaction, absl::Time now) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<RcdProfile> before,
                         FindProfile(transaction, owner.name, customer, name));
    if (!before) {
      return MakeError(Reason::kNotFound, "name",
                       absl::StrCat("customer ", customer, " has no profile ", name));
    }
    STI_RETURN_IF_ERROR(DeleteProfile(transaction, owner.name, customer, name));
    STI_RETURN_IF_ERROR(AppendJournal(
        transaction, {{owner.name, JournalKind::kProfile, before->customer, before->name, {}}}, now));
    return AuditChange(transaction, actor, owner, "profile.delete", "profile", Name(customer, name),
                       RcdText(before->rcd), "", now);
  });
}

}  // namespace sti::as
