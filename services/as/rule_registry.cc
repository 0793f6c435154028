#include "services/as/rule_registry.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/store/page.h"
#include "services/as/provisioning_journal.h"
#include "services/as/rule_records.h"

namespace sti::as {
namespace {

constexpr char kListing[] = "number-rules";
constexpr size_t kMaxDigits = 15;  // ITU-T E.164 s6

absl::Status CheckDigits(absl::string_view field, absl::string_view digits) {
  if (digits.empty()) return MakeError(Reason::kMissingField, field, "digits are needed");
  const bool fits = digits.size() <= kMaxDigits && std::all_of(digits.begin(), digits.end(), [](char c) {
                      return absl::ascii_isdigit(static_cast<unsigned char>(c));
                    });
  if (fits) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, field,
                   absl::StrCat("not 1 to ", kMaxDigits, " digits, with the country code"));
}

// With `last` filled in.
absl::StatusOr<NumberRule> Checked(NumberRule rule) {
  STI_RETURN_IF_ERROR(CheckDigits("rule.first", rule.first));
  const bool prefix = rule.kind == NumberRule::Kind::kCallingPrefix;
  if (rule.last.empty()) rule.last = rule.first;
  STI_RETURN_IF_ERROR(CheckDigits("rule.last", rule.last));
  if (prefix && rule.last != rule.first) {
    return MakeError(Reason::kInvalidField, "rule.last", "a beginning of numbers is no range");
  }
  if (rule.last.size() != rule.first.size() || rule.last < rule.first) {
    return MakeError(Reason::kInvalidField, "rule.last",
                     "not as many digits as the first number, or before it");
  }
  if (!prefix && rule.highest_attest) {
    return MakeError(Reason::kInvalidField, "rule.highest_attest", "only a calling prefix has one");
  }
  STI_RETURN_IF_ERROR(CheckProvisionedText("rule.note", rule.note, limits::kDisplayText));
  return rule;
}

std::string RangeText(const NumberRule& rule) { return absl::StrCat(rule.first, "-", rule.last); }

// "do-not-originate/12155550100-12155550199"
std::string NameOf(const NumberRule& rule) {
  return absl::StrCat(RuleKindText(rule.kind), "/", rule.first, rule.last == rule.first ? "" : "-",
                      rule.last == rule.first ? "" : rule.last);
}

std::string RuleText(const NumberRule& rule) {
  codec::JsonObject text = {{"note", rule.note}};
  if (rule.kind == NumberRule::Kind::kCallingPrefix) {
    text.emplace_back("highest_attest",
                      rule.highest_attest ? stir::AttestationText(*rule.highest_attest) : "refuse");
  }
  return codec::CanonicalJson(std::move(text));
}

JournalEntry JournalOf(const std::string& provider, const NumberRule& rule) {
  return {provider, JournalKind::kRule, absl::StrCat(static_cast<int64_t>(rule.kind)), RangeText(rule), {}};
}

absl::StatusOr<RuleKey> ParseKey(const std::string& text) {
  if (text.empty()) return RuleKey();
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  RuleKey key;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &key.kind)) {
    return MakeError(Reason::kInvalidField, "page_token", "not as it was given");
  }
  key.first = parts[1];
  key.last = parts[2];
  return key;
}

}  // namespace

absl::string_view RuleKindText(NumberRule::Kind kind) {
  switch (kind) {
    case NumberRule::Kind::kDoNotOriginate:
      return "do-not-originate";
    case NumberRule::Kind::kEmergency:
      return "emergency";
    case NumberRule::Kind::kCallingPrefix:
      return "calling-prefix";
  }
  return "";
}

absl::StatusOr<NumberRule> RuleRegistry::Put(const Actor& actor, size_t provider, NumberRule rule) const {
  STI_ASSIGN_OR_RETURN(rule, Checked(std::move(rule)));
  const SigningProviderOptions& owner = room_.provider(provider);
  const absl::Status done =
      room_.Run(RunMode::kReal, [&](store::Transaction& transaction, absl::Time now) -> absl::Status {
        STI_ASSIGN_OR_RETURN(const std::optional<NumberRule> before,
                             FindRule(transaction, owner.name, KeyOf(rule)));
        if (before && RuleText(*before) == RuleText(rule)) return absl::OkStatus();
        STI_ASSIGN_OR_RETURN(const int64_t rules, CountRules(transaction, owner.name));
        if (!before && rules >= static_cast<int64_t>(limits::kNumberRules)) {
          return MakeError(Reason::kTooLarge, "rule", absl::StrCat("there are ", rules, " rules already"));
        }
        STI_RETURN_IF_ERROR(WriteRule(transaction, owner.name, rule));
        STI_RETURN_IF_ERROR(AppendJournal(transaction, {JournalOf(owner.name, rule)}, now));
        return AuditChange(transaction, actor, owner, "rule.put", "rule", NameOf(rule),
                           before ? RuleText(*before) : "", RuleText(rule), now);
      });
  STI_RETURN_IF_ERROR(done);
  return rule;
}

absl::StatusOr<RulePage> RuleRegistry::List(size_t provider, int64_t page_size,
                                            absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const std::string text, store::ParsePageToken(kListing, page_token));
  STI_ASSIGN_OR_RETURN(const RuleKey after, ParseKey(text));
  RulePage page;
  const absl::Status done =
      room_.Run(RunMode::kDry, [&](store::Transaction& transaction, absl::Time) -> absl::Status {
        STI_ASSIGN_OR_RETURN(page.rules,
                             ListRules(transaction, room_.provider(provider).name, after, limit + 1));
        return absl::OkStatus();
      });
  STI_RETURN_IF_ERROR(done);
  if (page.rules.size() > static_cast<size_t>(limit)) {
    page.rules.pop_back();
    const RuleKey last = KeyOf(page.rules.back());
    page.next_page_token =
        store::MakePageToken(kListing, absl::StrCat(last.kind, ":", last.first, ":", last.last));
  }
  return page;
}

absl::Status RuleRegistry::Delete(const Actor& actor, size_t provider, NumberRule rule) const {
  if (rule.last.empty()) rule.last = rule.first;
  const SigningProviderOptions& owner = room_.provider(provider);
  return room_.Run(RunMode::kReal, [&](store::Transaction& transaction, absl::Time now) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<NumberRule> before,
                         FindRule(transaction, owner.name, KeyOf(rule)));
    if (!before) return MakeError(Reason::kNotFound, "rule", "no such rule");
    STI_RETURN_IF_ERROR(DeleteRule(transaction, owner.name, KeyOf(rule)));
    STI_RETURN_IF_ERROR(AppendJournal(transaction, {JournalOf(owner.name, *before)}, now));
    return AuditChange(transaction, actor, owner, "rule.delete", "rule", NameOf(*before), RuleText(*before),
                       "", now);
  });
}

}  // namespace sti::as
