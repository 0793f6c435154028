#include "services/vs/status_page.h"

#include <future>
#include <memory>
#include <optional>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/codec/url.h"
#include "common/status/certificate_table.h"
#include "common/status/page_answer.h"
#include "common/status/times.h"
#include "services/vs/explain_form.h"
#include "services/vs/pasted_call.h"
#include "services/vs/verdict_sections.h"

namespace sti::vs {
namespace {

absl::string_view PathOf(absl::string_view target) { return target.substr(0, target.find('?')); }

void ShowDomain(const TrustDomain& domain, const DomainHealth& health, absl::Time now,
                std::vector<status::Block>& blocks) {
  blocks.emplace_back(status::Heading{absl::StrCat("Trust domain ", domain.rules->name)});
  status::Facts facts;
  facts.Add("State", health.trouble.empty() ? status::Good("in order") : status::Bad(health.trouble));
  if (domain.state == nullptr) {
    facts.Add("Trust list", status::Bad("none yet"));
    blocks.emplace_back(std::move(facts));
    return;
  }
  const TrustState& state = *domain.state;
  facts.Add("Trust list",
            absl::StrCat("sequence ", state.sequence, ", ", state.anchors.roots().size(), " roots"));
  facts.Add("Trust list confirmed", status::AgoText(health.list_confirmed, now));
  facts.Add("Trust list ends", status::LeftUntil(state.expires, now, absl::Minutes(5)));
  if (state.crl == nullptr) {
    facts.Add("CRL", status::Bad("none yet"));
  } else {
    facts.Add("CRL",
              absl::StrCat("number ", state.crl->number(), ", ", state.crl->size(), " certificates revoked"));
    facts.Add("CRL made", status::AgoText(state.crl->this_update(), now));
    facts.Add("CRL confirmed", status::AgoText(health.crl_confirmed, now));
    facts.Add("CRL ends", status::LeftUntil(state.crl->next_update(), now, absl::Minutes(5)));
  }
  if (state.numbers != nullptr) {
    facts.Add("Number authority list",
              absl::StrCat("sequence ", state.numbers->sequence(), ", ", state.numbers->size(), " ranges"));
  }
  blocks.emplace_back(std::move(facts));
  status::CertificateTable roots("Roots of the trust list", now);
  for (const pki::Certificate& root : state.anchors.roots()) roots.Add("STI-CA root", root);
  blocks.emplace_back(std::move(roots).table());
}

}  // namespace

http::HttpResponse StatusPage::AnswerOf(const http::HttpRequest& request) const {
  if (!places_.Enter()) {
    return status::ErrorAnswer(parts_.facts.program,
                               MakeError(Reason::kOverloaded, "others ask for explanations just now"),
                               parts_.clock.TimeNow());
  }
  const auto leave = absl::MakeCleanup([this] { places_.Leave(); });
  const auto promise = std::make_shared<std::promise<http::HttpResponse>>();
  std::future<http::HttpResponse> answered = promise->get_future();
  // Comes in any case: a verdict waits for downloads, which end in their time.
  Handle(request, http::HttpAnswer(
                      [promise](http::HttpResponse response) { promise->set_value(std::move(response)); }));
  return answered.get();
}

bool StatusPage::Serves(absl::string_view target) {
  const absl::string_view path = PathOf(target);
  return path == "/" || path == "/explain";
}

void StatusPage::Handle(const http::HttpRequest& request, const http::HttpAnswer& answer) const {
  const bool form = PathOf(request.target) == "/explain";
  if (form && request.method == "POST") return Explain(request, answer);
  if (!form && request.method == "GET") return answer.Send(status::PageAnswer(200, Overview()));
  http::HttpResponse refused;
  refused.status = form && request.method == "GET" ? 303 : 405;
  if (refused.status == 303) {
    refused.headers = {{"Location", "/"}, {"Cache-Control", "no-store"}};
  } else {
    refused.headers = {{"Allow", form ? "POST" : "GET, HEAD"}, {"Cache-Control", "no-store"}};
  }
  answer.Send(std::move(refused));
}

status::Page StatusPage::Overview() const {
  const absl::Time now = parts_.clock.TimeNow();
  status::Page page = status::BeginPage(parts_.facts, parts_.health(), now);
  page.sections.push_back(FormSection({}));
  page.sections.push_back(RateSection(now));
  page.sections.push_back(status::ErrorSection(parts_.tally.errors, parts_.facts, now));
  page.sections.push_back(TrustSection(now));
  page.sections.push_back(status::TlsSection(parts_.tls, now));
  page.sections.push_back(CacheSection());
  return page;
}

status::Section StatusPage::TrustSection(absl::Time now) const {
  status::Section section{"trust", "Trust list and CRL", {}};
  const std::shared_ptr<const TrustSet> trust = parts_.trust.Get();
  const auto health = parts_.domains();
  for (size_t i = 0; i < trust->domains.size(); ++i) {
    ShowDomain(trust->domains[i], *health[i], now, section.blocks);
  }
  return section;
}

status::Section StatusPage::RateSection(absl::Time now) const {
  const VerdictTally& tally = parts_.tally;
  return {"rates",
          "Calls by the minute",
          {status::RateTable({{"Passed", &tally.passed},
                              {"Failed", &tally.failed},
                              {"Not validated", &tally.unvalidated},
                              {"Without verdict", &tally.refused}},
                             now)}};
}

status::Section StatusPage::CacheSection() const {
  status::Facts facts;
  facts.Add("Certificate chains in memory", absl::StrCat(parts_.cache.size()));
  if (parts_.replay != nullptr) {
    facts.Add("PASSporTs remembered for replay", absl::StrCat(parts_.replay->remembered()));
    const std::string shared = parts_.replay->shared_store();
    facts.Add("Shared store for replay", shared == "away" ? status::Bad(shared) : status::Value(shared));
  }
  facts.Add("Calls that wait for an answer from elsewhere", absl::StrCat(parts_.verifier.pending()));
  return {"caches", "Caches", {std::move(facts)}};
}

status::Section StatusPage::FormSection(const status::FormFields& fields) const {
  std::vector<std::string> profiles;
  for (const ClientProfile& profile : parts_.profiles.profiles()) profiles.push_back(profile.name);
  return {"explain", "Why did a call fail?", {ExplainForm(profiles, fields)}};
}

void StatusPage::Explain(const http::HttpRequest& request, const http::HttpAnswer& answer) const {
  const absl::Time now = parts_.clock.TimeNow();
  const auto refuse = [this, now, answer](const absl::Status& why) {
    answer.Send(status::ErrorAnswer(parts_.facts.program, why, now));
  };
  if (const absl::Status own = status::CheckSameOrigin(request); !own.ok()) return refuse(own);
  const auto fields = status::ParseForm(request.body);
  if (!fields.ok()) return refuse(fields.status());
  const auto pasted = PastedCallFrom(*fields);
  if (!pasted.ok()) return refuse(pasted.status());
  const ClientProfile* profile = nullptr;
  for (const ClientProfile& known : parts_.profiles.profiles()) {
    if (profile == nullptr && (pasted->profile.empty() || pasted->profile == known.name)) profile = &known;
  }
  if (profile == nullptr)
    return refuse(MakeError(Reason::kInvalidField, "profile", "there is no such profile"));
  VerdictView view;
  view.reply = profile->reply;
  view.profile = profile->name;
  view.judged_as_of = pasted->call.at.value_or(now);
  view.as_issued = pasted->as_of == AsOf::kIssued && pasted->call.at.has_value();
  view.now = now;
  view.mask_numbers = parts_.facts.mask_numbers;
  view.chain_of = [this](const std::string& x5u) -> std::optional<pki::CertificateChain> {
    const auto url = codec::Url::Parse(x5u);
    if (!url.ok()) return std::nullopt;
    const CachedCertificatePtr cached = parts_.cache.Peek(*url);
    if (cached == nullptr || !cached->chain.ok()) return std::nullopt;
    return *cached->chain;
  };
  parts_.verifier.Verify(pasted->call, *profile,
                         [this, refuse, answer, view = std::move(view),
                          fields = *fields](absl::StatusOr<stir::CallVerdict> verdict) {
                           if (!verdict.ok()) return refuse(verdict.status());
                           status::Page page;
                           page.program = parts_.facts.program;
                           page.title = "A call explained";
                           page.verdict = HeadlineOf(*verdict);
                           page.summary = RowOf(verdict->reason).public_text;
                           if (verdict->passed()) page.summary = "The caller's number is verified.";
                           page.time = view.now;
                           page.sections = VerdictSections(*verdict, view);
                           page.sections.push_back(FormSection(fields));
                           answer.Send(status::PageAnswer(200, page));
                         });
}

}  // namespace sti::vs
