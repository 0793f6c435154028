#include "common/stir/call_facts.h"

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"

namespace sti::stir {
namespace {

void Add(const std::optional<PartyIdentity>& party, Parties& out) {
  if (party) out.push_back(&*party);
}

}  // namespace

Parties CallersOf(const CallFacts& facts, CallerRule rule) {
  Parties out;
  if (rule != CallerRule::kFrom) {
    for (const PartyIdentity& asserted : facts.asserted) out.push_back(&asserted);
  }
  if (rule == CallerRule::kPaiOrFrom || rule == CallerRule::kFrom ||
      (rule == CallerRule::kPaiElseFrom && out.empty())) {
    Add(facts.from, out);
  }
  return out;
}

Parties CalledOf(const CallFacts& facts, CalledRule rule) {
  Parties out;
  if (rule != CalledRule::kRequestUri) Add(facts.to, out);
  if (rule != CalledRule::kTo || out.empty()) Add(facts.request_uri, out);
  return out;
}

const PartyIdentity* TargetOf(const CallFacts& facts) {
  if (facts.request_uri) return &*facts.request_uri;
  return facts.to ? &*facts.to : nullptr;
}

bool IsEmergency(const PartyIdentity& party) {
  if (const auto* number = std::get_if<TelephoneNumber>(&party)) {
    return number->digits() == "911" || number->digits() == "112";
  }
  const std::string& uri = std::get<CanonicalUri>(party).text;
  return uri == "urn:service:sos" || absl::StartsWith(uri, "urn:service:sos.");
}

std::string PartiesText(const Parties& parties) {
  return absl::StrJoin(parties, ", ",
                       [](std::string* out, const PartyIdentity* party) { *out += PartyText(*party); });
}

}  // namespace sti::stir
