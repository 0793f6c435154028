#include "services/as/status_page.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/certificate_table.h"
#include "common/status/times.h"
#include "services/as/expiry.h"

namespace sti::as {
namespace {

// When the end of a certificate becomes worth a word, as ExpiryLevelOf has it.
absl::Duration SoonFor(const std::optional<HeldCertificate>& held) {
  if (!held) return absl::Hours(24 * 14);
  return std::min(absl::Hours(24 * 14), (held->credential->not_after - held->credential->not_before) / 4);
}

status::Value StateOf(const SignerState& state) {
  if (!state.lacking.empty())
    return status::Bad(absl::StrCat("cannot sign: ", absl::StrJoin(state.lacking, "; ")));
  if (!state.trouble.empty()) return status::Warning(absl::StrJoin(state.trouble, "; "));
  return status::Good("signs");
}

void ShowCheck(const SelfCheckResult* check, absl::Time now, std::vector<status::Block>& blocks) {
  status::Table table;
  table.caption = "What verifiers would dislike of the published certificate";
  table.columns = {"Finding", "How bad", "In words"};
  if (check == nullptr) {
    table.empty = "Not looked at yet.";
  } else {
    table.caption += absl::StrCat(", as of ", status::AgoText(check->time, now));
    table.empty = "Nothing.";
    for (const SelfCheckFinding& finding : check->findings) {
      table.rows.push_back(
          {status::Code(finding.name),
           finding.error ? status::Bad("verifiers refuse") : status::Warning("some may refuse"),
           finding.text});
    }
  }
  blocks.emplace_back(std::move(table));
}

void ShowProvider(const ProviderView& provider, absl::Time now, std::vector<status::Block>& blocks) {
  blocks.emplace_back(status::Heading{absl::StrCat(provider.name, ", SPC ", provider.spc)});
  status::Facts facts;
  if (provider.state == nullptr) {
    facts.Add("State", status::Bad("not known yet"));
    blocks.emplace_back(std::move(facts));
    return;
  }
  const SignerState& state = *provider.state;
  facts.Add("State", StateOf(state));
  if (state.current) facts.Add("x5u", status::Code(state.current->credential->signer.x5u()));
  facts.Add("Renewal", state.renewal ? status::Value(status::TimeText(*state.renewal)) : "nothing renews it");
  if (state.token_expires) {
    facts.Add("Last SPC token ends", status::LeftUntil(*state.token_expires, now, absl::ZeroDuration()));
  }
  facts.Add("Enrolments since the start",
            absl::StrCat(state.enrolments, ", failed ", state.failed_enrolments));
  blocks.emplace_back(std::move(facts));
  status::CertificateTable table("Certificates that sign calls", now, SoonFor(state.current));
  const std::pair<const char*, const std::optional<HeldCertificate>&> held[] = {
      {"in use", state.current}, {"next", state.next}, {"before", state.previous}};
  for (const auto& [use, certificate] : held) {
    if (certificate) table.Add(use, certificate->credential->chain->leaf());
  }
  blocks.emplace_back(std::move(table).table());
  ShowCheck(provider.check.get(), now, blocks);
}

status::Section RateSection(const StatusView& view, const CallTally& tally) {
  status::Facts facts;
  facts.Add("PASSporTs under way", absl::StrCat(view.in_flight));
  return {"rates",
          "PASSporTs by the minute",
          {status::RateTable({{"Signed", &tally.signatures()}, {"Refused", &tally.refusals()}}, view.now),
           std::move(facts)}};
}

status::Section ClockSection(const StatusView& view) {
  const double seconds = absl::ToDoubleSeconds(view.clock_offset);
  status::Facts facts;
  facts.Add("Ahead of the time of others", view.clock_known
                                               ? absl::StrCat(seconds, " s")
                                               : std::string("not known: no answer to compare with"));
  return {"clock", "Clock", {std::move(facts)}};
}

}  // namespace

status::Page StatusPageOf(const status::DaemonFacts& facts, const StatusView& view, const CallTally& tally,
                          const status::TlsUses& tls) {
  status::Page page = status::BeginPage(facts, view.health, view.now);
  page.sections.push_back(RateSection(view, tally));
  page.sections.push_back(status::ErrorSection(tally.errors(), facts, view.now));
  status::Section providers{"providers", "Providers and their certificates", {}};
  for (const ProviderView& provider : view.providers) ShowProvider(provider, view.now, providers.blocks);
  page.sections.push_back(std::move(providers));
  page.sections.push_back(ClockSection(view));
  page.sections.push_back(status::TlsSection(tls, view.now));
  return page;
}

}  // namespace sti::as
