#include "services/pa/status_page.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/certificate_table.h"
#include "common/status/times.h"

namespace sti::pa {
namespace {

// They are signed anew when half of their life is over.
status::Value EndOf(absl::Time signed_at, absl::Time expires, absl::Time now) {
  return status::LeftUntil(expires, now, (expires - signed_at) / 4);
}

template <typename Document>
void Show(const char* name, const char* number_name, int64_t number, const Document& document, absl::Time now,
          status::Facts& facts) {
  facts.Add(name, absl::StrCat(number_name, " ", number));
  facts.Add(absl::StrCat(name, " signed"), status::AgoText(document.signed_at, now));
  facts.Add(absl::StrCat(name, " ends"), EndOf(document.signed_at, document.expires, now));
}

status::Section DocumentSection(const StatusView& view) {
  status::Facts facts;
  if (view.list == nullptr) {
    facts.Add("Trust list", status::Bad("none yet"));
  } else {
    Show("Trust list", "sequence", view.list->sequence, *view.list, view.now, facts);
    facts.Add("First approval in it that ends", status::TimeText(view.list->complete_until));
  }
  if (view.crl == nullptr) {
    facts.Add("CRL", status::Bad("none yet"));
  } else {
    Show("CRL", "number", view.crl->number, *view.crl, view.now, facts);
  }
  if (view.numbers == nullptr) {
    facts.Add("Number authority list", "none: no number is assigned");
  } else {
    Show("Number authority list", "sequence", view.numbers->sequence, *view.numbers, view.now, facts);
  }
  return {"documents", "What verifiers get", {std::move(facts)}};
}

status::Value CountOf(int64_t count) {
  return count == 0 ? status::Good("none") : status::Warning(absl::StrCat(count));
}

status::Section WaitingSection(const StatusView& view) {
  status::Facts facts;
  if (!view.waiting.ok()) {
    facts.Add("State", status::Bad(absl::StrCat("not known: ", view.waiting.status().message())));
  } else {
    facts.Add("Changes that wait for a second person", CountOf(view.waiting->approvals));
    facts.Add("Revocations by SPC that a STI-CA has not confirmed", CountOf(view.waiting->revocations));
  }
  return {"waiting", "What waits", {std::move(facts)}};
}

}  // namespace

status::Page StatusPageOf(const status::DaemonFacts& facts, const StatusView& view, const TokenTally& tally,
                          const status::TlsUses& tls) {
  status::Page page = status::BeginPage(facts, view.health, view.now);
  page.sections.push_back(
      {"rates",
       "SPC tokens by the minute",
       {status::RateTable({{"Issued", &tally.issued}, {"Refused", &tally.refused}}, view.now)}});
  page.sections.push_back(status::ErrorSection(tally.errors, facts, view.now));
  page.sections.push_back(WaitingSection(view));
  page.sections.push_back(DocumentSection(view));
  status::CertificateTable signers("Whoever signs", view.now);
  for (const auto& [what, certificate] : view.signers) signers.Add(what, certificate);
  page.sections.push_back({"signers", "Signers", {std::move(signers).table()}});
  page.sections.push_back(status::TlsSection(tls, view.now));
  return page;
}

}  // namespace sti::pa
