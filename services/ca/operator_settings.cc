#include "services/ca/operator_settings.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/pki/tn_auth_list.h"
#include "common/store/audit_log.h"
#include "common/store/page.h"
#include "services/ca/acme_account_records.h"
#include "services/ca/certificate_profile.h"

namespace sti::ca {
namespace {

using store::Transaction;

constexpr char kLimits[] = "rate_limits";
constexpr char kOrganizations[] = "organizations";
constexpr int64_t kMostOfALimit = 1'000'000;  // as in the configuration

absl::Status Invalid(absl::string_view field, absl::string_view why) {
  return MakeError(Reason::kInvalidField, field, why);
}

absl::Status CheckSpc(absl::string_view field, absl::string_view spc) {
  if (spc.empty()) return MakeError(Reason::kMissingField, field, "which SPC?");
  const absl::Status well_formed = pki::TnAuthList::ForSpc(spc).status();
  return well_formed.ok() ? absl::OkStatus() : Invalid(field, well_formed.message());
}

absl::Status CheckLimit(const LimitRecord& record) {
  if (record.subject.empty()) return MakeError(Reason::kMissingField, "subject", "whose limit?");
  if (record.name.empty()) return MakeError(Reason::kMissingField, "limit", "which limit?");
  if (record.subject.size() > limits::kName) return Invalid("subject", "longer than the limit");
  if (record.value < 0 || record.value > kMostOfALimit) return Invalid("value", "not 0 to 1000000");
  absl::string_view name = record.subject;
  if (absl::ConsumePrefix(&name, "spc/")) {
    if (record.name != kCertificatesPerDay) return Invalid("limit", "of an SPC: certificates_per_day");
    return CheckSpc("subject", name);
  }
  if (!absl::ConsumePrefix(&name, "account/") || name.empty()) {
    return Invalid("subject", "not of the form spc/CODE or account/ID");
  }
  if (record.name == kOrdersPerHour || record.name == kFailedChallengesPerHour) return absl::OkStatus();
  return Invalid("limit", "of an account: orders_per_hour, failed_challenges_per_hour");
}

absl::Status CheckAccountIsThere(Transaction& transaction, absl::string_view subject) {
  if (!absl::ConsumePrefix(&subject, "account/")) return absl::OkStatus();
  STI_ASSIGN_OR_RETURN(const std::optional<AcmeAccount> account, FindAccount(transaction, subject));
  if (account) return absl::OkStatus();
  return MakeError(Reason::kNotFound, "subject", absl::StrCat("no account ", subject));
}

std::string LimitJson(absl::string_view name, int64_t value) {
  return codec::CanonicalJson(codec::JsonObject{{std::string(name), value}});
}

store::AuditEvent LimitEvent(const LimitRecord& record, const std::optional<LimitRecord>& before,
                             bool remove) {
  store::AuditEvent event;
  event.action = "rate_limit.set";
  event.object = record.subject;
  absl::string_view spc = record.subject;
  if (absl::ConsumePrefix(&spc, "spc/")) event.spcs = {std::string(spc)};
  if (before) event.before = LimitJson(record.name, before->value);
  if (!remove) event.after = LimitJson(record.name, record.value);
  return event;
}

}  // namespace

absl::Status OperatorSettings::SetLimit(const Actor& actor, const LimitRecord& record) const {
  STI_RETURN_IF_ERROR(CheckLimit(record));
  return database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(CheckAccountIsThere(transaction, record.subject));
    STI_ASSIGN_OR_RETURN(const std::optional<LimitRecord> before,
                         FindLimit(transaction, record.subject, record.name));
    if (before && before->value == record.value) return absl::OkStatus();
    STI_RETURN_IF_ERROR(ca::SetLimit(transaction, record));
    return store::AppendAudit(transaction, actor, LimitEvent(record, before, /*remove=*/false),
                              clock_.TimeNow());
  });
}

absl::Status OperatorSettings::RemoveLimit(const Actor& actor, const LimitRecord& record) const {
  LimitRecord removed = record;
  removed.value = 0;
  STI_RETURN_IF_ERROR(CheckLimit(removed));
  return database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<LimitRecord> before,
                         FindLimit(transaction, record.subject, record.name));
    if (!before) return MakeError(Reason::kNotFound, "subject", "this limit is that of the configuration");
    STI_RETURN_IF_ERROR(ca::RemoveLimit(transaction, record.subject, record.name));
    return store::AppendAudit(transaction, actor, LimitEvent(removed, before, /*remove=*/true),
                              clock_.TimeNow());
  });
}

absl::StatusOr<LimitPage> OperatorSettings::ListLimits(int64_t page_size,
                                                       absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const std::string key, store::ParsePageToken(kLimits, page_token));
  const std::pair<std::string, std::string> after = absl::StrSplit(key, absl::MaxSplits(' ', 1));
  LimitPage page;
  STI_RETURN_IF_ERROR(database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(page.limits, ca::ListLimits(transaction, after.first, after.second, limit + 1));
    return absl::OkStatus();
  }));
  if (page.limits.size() > static_cast<size_t>(limit)) {
    page.limits.pop_back();
    const LimitRecord& last = page.limits.back();
    page.next_page_token = store::MakePageToken(kLimits, absl::StrCat(last.subject, " ", last.name));
  }
  return page;
}

absl::Status OperatorSettings::SetOrganization(const Actor& actor, const OrganizationRecord& record) const {
  STI_RETURN_IF_ERROR(CheckSpc("spc", record.spc));
  if (!record.name.empty() && !IsOrganization(record.name)) {
    return Invalid("name", "not 1 to 64 printable characters");
  }
  return database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::string before, FindOrganization(transaction, record.spc));
    if (before == record.name) return absl::OkStatus();
    STI_RETURN_IF_ERROR(ca::SetOrganization(transaction, record));
    store::AuditEvent event;
    event.action = "organization.set";
    event.object = absl::StrCat("spc/", record.spc);
    event.spcs = {record.spc};
    const auto json = [](const std::string& name) {
      return name.empty() ? "" : codec::CanonicalJson(codec::JsonObject{{"name", name}});
    };
    event.before = json(before);
    event.after = json(record.name);
    return store::AppendAudit(transaction, actor, event, clock_.TimeNow());
  });
}

absl::StatusOr<OrganizationPage> OperatorSettings::ListOrganizations(int64_t page_size,
                                                                     absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const std::string after, store::ParsePageToken(kOrganizations, page_token));
  OrganizationPage page;
  STI_RETURN_IF_ERROR(database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(page.organizations, ca::ListOrganizations(transaction, after, limit + 1));
    return absl::OkStatus();
  }));
  if (page.organizations.size() > static_cast<size_t>(limit)) {
    page.organizations.pop_back();
    page.next_page_token = store::MakePageToken(kOrganizations, page.organizations.back().spc);
  }
  return page;
}

}  // namespace sti::ca
