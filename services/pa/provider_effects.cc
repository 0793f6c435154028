#include "services/pa/provider_effects.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "services/pa/spc_revocation_request.h"

namespace sti::pa {
namespace {

using Texts = std::vector<std::string>;

std::string Time(absl::Time time) { return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone()); }

std::string Spcs(const Provider& provider) {
  return absl::StrCat("SPC ", absl::StrJoin(provider.spcs, ", "));
}

void AddTokens(const UnexpiredTokens& tokens, Texts& effects) {
  if (tokens.count == 0) {
    effects.emplace_back("it has no SPC token that has not expired");
    return;
  }
  effects.push_back(absl::StrCat(
      tokens.count,
      tokens.count == 1 ? " SPC token has not expired and stays" : " SPC tokens have not expired and stay",
      " usable until ", Time(tokens.last_expiry)));
}

void AddRevocations(const Provider& provider, const UnexpiredTokens& tokens, const Texts& authorities,
                    Texts& effects) {
  if (authorities.empty()) {
    effects.push_back(absl::StrCat("no STI-CA is configured (authorities): certificates of ", Spcs(provider),
                                   " stay valid until they are revoked at the STI-CA"));
    return;
  }
  const std::string again =
      tokens.count == 0
          ? ""
          : absl::StrCat(", at once and again at ", Time(EndOfTokens(tokens)), " when no token is left");
  for (const std::string& authority : authorities) {
    effects.push_back(absl::StrCat("the STI-CA ", authority, " is asked to revoke all certificates of ",
                                   Spcs(provider), again));
  }
}

// Those of `these` that are not among `those`.
Texts Without(const Texts& these, const Texts& those) {
  Texts rest;
  for (const std::string& text : these) {
    if (std::find(those.begin(), those.end(), text) == those.end()) rest.push_back(text);
  }
  return rest;
}

}  // namespace

Texts UpdateEffects(const Provider& before, const Provider& after, const Texts& authorities) {
  Texts effects;
  if (before.name != after.name) {
    effects.push_back(absl::StrCat("the name \"", before.name, "\" becomes \"", after.name, "\""));
  }
  for (const std::string& spc : Without(after.spcs, before.spcs)) {
    effects.push_back(absl::StrCat("SPC ", spc, " becomes its own"));
  }
  for (const std::string& spc : Without(before.spcs, after.spcs)) {
    effects.push_back(
        absl::StrCat("SPC ", spc, " is taken away: no more SPC tokens for it; ",
                     authorities.empty()
                         ? "its certificates stay valid until they are revoked at the STI-CA"
                         : absl::StrCat("its certificates are revoked by ", absl::StrJoin(authorities, ", "),
                                        ", once more when no token is left")));
  }
  for (const std::string& identity : Without(after.client_identities, before.client_identities)) {
    effects.push_back(absl::StrCat("the client identity \"", identity, "\" may act for it"));
  }
  for (const std::string& identity : Without(before.client_identities, after.client_identities)) {
    effects.push_back(absl::StrCat("the client identity \"", identity, "\" may no longer act for it"));
  }
  if (!(before.contacts == after.contacts)) effects.emplace_back("its contacts are replaced");
  if (effects.empty() && (before.spcs != after.spcs || before.client_identities != after.client_identities)) {
    effects.emplace_back("codes or identities stand in another order");
  }
  return effects;
}

Texts SuspensionEffects(const Provider& provider, const ProviderBelongings& belongings,
                        bool revoke_certificates, const Texts& authorities) {
  Texts effects = {absl::StrCat("no more SPC tokens for ", Spcs(provider), " until it is reinstated")};
  AddTokens(belongings.tokens, effects);
  if (revoke_certificates) {
    AddRevocations(provider, belongings.tokens, authorities, effects);
  } else {
    effects.emplace_back("its certificates stay as they are");
  }
  return effects;
}

Texts ReinstatementEffects(const Provider& provider, const ProviderBelongings& belongings) {
  Texts effects = {absl::StrCat("SPC tokens for ", Spcs(provider), " again"),
                   "certificates that were revoked stay revoked"};
  if (belongings.open_revocations > 0) {
    effects.push_back(absl::StrCat(belongings.open_revocations,
                                   " revocations by code that no STI-CA has confirmed yet are called off"));
  }
  return effects;
}

Texts RevocationEffects(const Provider& provider, const ProviderBelongings& belongings,
                        const Texts& authorities) {
  Texts effects = {absl::StrCat("for good: no more SPC tokens for the provider \"", provider.id, "\" and ",
                                Spcs(provider))};
  AddTokens(belongings.tokens, effects);
  AddRevocations(provider, belongings.tokens, authorities, effects);
  if (belongings.number_ranges > 0) {
    effects.push_back(absl::StrCat(belongings.number_ranges, " ranges of numbers of ", Spcs(provider),
                                   " are withdrawn from the number authority list"));
  }
  effects.push_back(absl::StrCat(Spcs(provider), " and its client identities can go to other providers",
                                 authorities.empty() ? "" : " once the STI-CAs have confirmed"));
  return effects;
}

}  // namespace sti::pa
