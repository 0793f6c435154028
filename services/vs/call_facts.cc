#include "services/vs/call_facts.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/display_name.h"
#include "common/stir/identity_header.h"

namespace sti::vs {
namespace {

absl::StatusOr<stir::PartyIdentity> PartyOf(absl::string_view field, const std::string& value,
                                            const stir::NumberingPlan& plan) {
  auto party = stir::ParseSipIdentity(value, plan);
  if (!party.ok()) return MakeError(ReasonOf(party.status()), field, party.status().message());
  return party;
}

// RFC 4412 s3.1: r-values between commas, in fields one after the other.
absl::StatusOr<std::vector<std::string>> ResourcePrioritiesOf(const std::vector<std::string>& fields) {
  std::vector<std::string> values;
  for (const std::string& field : fields) {
    for (const absl::string_view value : absl::StrSplit(field, ',')) {
      if (values.size() == limits::kResourcePriorities) {
        return MakeError(Reason::kTooLarge, "resource_priority",
                         absl::StrCat("more than ", limits::kResourcePriorities, " values"));
      }
      const absl::string_view name = absl::StripAsciiWhitespace(value);
      if (!name.empty()) values.emplace_back(name);
    }
  }
  return values;
}

}  // namespace

absl::StatusOr<stir::CallFacts> FactsOf(const IncomingCall& call, const stir::NumberingPlan& plan) {
  stir::CallFacts facts;
  facts.date = call.date;
  STI_ASSIGN_OR_RETURN(facts.resource_priority, ResourcePrioritiesOf(call.resource_priority));
  facts.priority = call.priority;
  facts.message_body = call.message_body;
  facts.media_keys = call.media_keys;
  facts.display_name = call.display_name;
  for (const std::string& asserted : call.p_asserted_identity) {
    if (!facts.display_name) facts.display_name = stir::DisplayNameOf(asserted);
  }
  if (!facts.display_name) facts.display_name = stir::DisplayNameOf(call.from);
  if (call.p_asserted_identity.size() > limits::kAssertedIdentities) {
    return MakeError(
        Reason::kTooLarge, "p_asserted_identity",
        absl::StrCat(call.p_asserted_identity.size(), " values; at most ", limits::kAssertedIdentities));
  }
  for (size_t i = 0; i < call.p_asserted_identity.size(); ++i) {
    STI_ASSIGN_OR_RETURN(auto caller, PartyOf(absl::StrCat("p_asserted_identity[", i, "]"),
                                              call.p_asserted_identity[i], plan));
    facts.asserted.push_back(std::move(caller));
  }
  if (!call.from.empty()) {
    STI_ASSIGN_OR_RETURN(facts.from, PartyOf("from", call.from, plan));
  }
  if (facts.asserted.empty() && !facts.from) {
    return MakeError(Reason::kMissingField, "from",
                     "from or p_asserted_identity is needed to know the caller");
  }
  if (call.to.empty() && call.request_uri.empty()) {
    return MakeError(Reason::kMissingField, "to", "to or request_uri is needed to know the called party");
  }
  if (!call.to.empty()) {
    STI_ASSIGN_OR_RETURN(facts.to, PartyOf("to", call.to, plan));
  }
  if (!call.request_uri.empty()) {
    STI_ASSIGN_OR_RETURN(facts.request_uri, PartyOf("request_uri", call.request_uri, plan));
  }
  return facts;
}

std::vector<std::string> IdentitiesOf(const IncomingCall& call) {
  constexpr size_t kMost = limits::kIdentityHeadersPerCall + 1;
  std::vector<std::string> values;
  for (const std::string& joined : call.identity) {
    if (values.size() >= kMost) break;
    if (joined.size() > limits::kIdentityHeader * limits::kIdentityHeadersPerCall) {
      values.push_back(joined.substr(0, limits::kIdentityHeader + 1));
      continue;
    }
    std::vector<std::string> parts = stir::SplitIdentityValues(joined);
    if (parts.empty()) parts.push_back(joined);  // an empty header is a malformed one, not an absent one
    for (std::string& part : parts) values.push_back(std::move(part));
  }
  if (values.size() > kMost) values.resize(kMost);
  return values;
}

}  // namespace sti::vs
