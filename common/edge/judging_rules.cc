#include "common/edge/judging_rules.h"

#include <initializer_list>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/edge/numbering.h"
#include "common/stir/passport_type.h"

namespace sti::edge {
namespace {

// The value of a key whose spellings the schema has checked.
template <typename T>
T Choose(absl::string_view text, std::initializer_list<std::pair<absl::string_view, T>> choices) {
  for (const auto& [name, value] : choices) {
    if (text == name) return value;
  }
  return choices.begin()->second;  // the default
}

stir::ReplyForm ReplyFrom(const sti::config::v1::Profile& profile) {
  stir::ReplyForm reply;
  reply.verstat =
      Choose<stir::VerstatForm>(profile.verstat(), {{"plain", stir::VerstatForm::kPlain},
                                                    {"level", stir::VerstatForm::kLevel},
                                                    {"level_always", stir::VerstatForm::kLevelAlways},
                                                    {"parameters", stir::VerstatForm::kParameters}});
  reply.reason = Choose<stir::ReasonForm>(profile.reason_header(), {{"stir", stir::ReasonForm::kStir},
                                                                    {"sip", stir::ReasonForm::kSip},
                                                                    {"none", stir::ReasonForm::kNone}});
  reply.reject_unsigned = profile.unsigned_calls() == "reject";
  reply.reject_failed = profile.failed_calls() == "reject";
  return reply;
}

}  // namespace

absl::StatusOr<JudgingRules> JudgingRulesFrom(const sti::config::v1::Profile& profile) {
  JudgingRules rules;
  STI_ASSIGN_OR_RETURN(rules.plan, PlanFor(profile.country_code()));
  rules.policy.freshness = absl::Seconds(profile.freshness_seconds());
  rules.policy.future_skew = absl::Seconds(profile.future_skew_seconds());
  rules.policy.diverted_freshness = absl::Seconds(profile.diverted_freshness_seconds());
  rules.policy.compact_form = profile.compact_form();
  rules.policy.types.clear();
  for (const std::string& type : profile.passport_types()) {
    // "base" has no ppt to be named by; the schema knows no others.
    rules.policy.types.push_back(
        stir::ParsePpt(type == "base" ? "" : type).value_or(stir::PassportType::kBase));
  }
  rules.policy.caller =
      Choose<stir::CallerRule>(profile.caller(), {{"pai_or_from", stir::CallerRule::kPaiOrFrom},
                                                  {"pai_else_from", stir::CallerRule::kPaiElseFrom},
                                                  {"pai", stir::CallerRule::kPai},
                                                  {"from", stir::CallerRule::kFrom}});
  rules.policy.called =
      Choose<stir::CalledRule>(profile.called(), {{"to", stir::CalledRule::kTo},
                                                  {"request_uri", stir::CalledRule::kRequestUri},
                                                  {"to_or_request_uri", stir::CalledRule::kToOrRequestUri}});
  rules.policy.table = profile.error_table() == "man" ? stir::ErrorTable::kMan : stir::ErrorTable::kAtis;
  rules.reply = ReplyFrom(profile);
  return rules;
}

}  // namespace sti::edge
