#include "services/ca/status_page.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/certificate_table.h"

namespace sti::ca {
namespace {

status::Section PublishedSection(const StatusView& view) {
  status::Facts facts;
  facts.Add("Certificates are published at", status::Code(view.public_url));
  facts.Add("ACME", view.acme ? "on" : "off");
  facts.Add("CRL that certificates name",
            view.crl_url.empty() ? status::Value("none") : status::Code(view.crl_url));
  if (!view.untold) {
    facts.Add("Revocations", "no STI-PA to tell of them is configured");
  } else if (!view.untold->ok()) {
    facts.Add("Revocations not confirmed by the STI-PA",
              status::Bad(absl::StrCat("not known: ", view.untold->status().message())));
  } else {
    const int64_t count = **view.untold;
    facts.Add("Revocations not confirmed by the STI-PA",
              count == 0 ? status::Good("none") : status::Warning(absl::StrCat(count)));
  }
  return {"published", "What is published", {std::move(facts)}};
}

status::Section AuthoritySection(const IssuingAuthority& authority, absl::Time now) {
  status::CertificateTable own("The CA's own certificates", now, absl::Hours(24 * 90));
  own.Add("issuing now", authority.issuing);
  for (const pki::Certificate& above : authority.above) own.Add("above it", above);
  own.Add("root", authority.root);
  for (const OtherIssuer& other : authority.others) own.Add("issued before, or will", other.issuing);
  status::CertificateTable believed("STI-PA roots whose SPC tokens count", now, absl::Hours(24 * 90));
  for (const pki::Certificate& root : authority.pa_roots) believed.Add("STI-PA root", root);
  return {"authority", "Certification authority", {std::move(own).table(), std::move(believed).table()}};
}

}  // namespace

status::Page StatusPageOf(const status::DaemonFacts& facts, const StatusView& view,
                          const IssuingAuthority& authority, const IssuingTally& tally,
                          const status::TlsUses& tls) {
  status::Page page = status::BeginPage(facts, view.health, view.now);
  page.sections.push_back({"rates", "By the minute", {tally.Rates(view.now)}});
  status::Section errors = status::ErrorSection(tally.errors(), facts, view.now);
  errors.blocks.emplace_back(tally.AcmeProblems(view.now));
  page.sections.push_back(std::move(errors));
  page.sections.push_back(PublishedSection(view));
  page.sections.push_back(AuthoritySection(authority, view.now));
  page.sections.push_back(status::TlsSection(tls, view.now));
  return page;
}

}  // namespace sti::ca
