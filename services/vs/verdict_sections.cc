#include "services/vs/verdict_sections.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/reason.h"
#include "common/codec/json_text.h"
#include "common/codec/number_mask.h"
#include "common/status/certificate_table.h"
#include "common/status/times.h"
#include "common/stir/error_table.h"
#include "common/stir/explain.h"
#include "common/stir/passport_claims.h"
#include "services/vs/check_words.h"

namespace sti::vs {
namespace {

using status::Value;

class Sections {
 public:
  Sections(const stir::CallVerdict& verdict, const VerdictView& view) : verdict_(verdict), view_(view) {}

  std::vector<status::Section> All() const {
    std::vector<status::Section> sections = {Words(), Answer()};
    for (size_t i = 0; i < verdict_.headers.size(); ++i) sections.push_back(Header(i));
    return sections;
  }

 private:
  std::string Masked(std::string text) const {
    return view_.mask_numbers ? codec::MaskNumbersIn(text) : text;
  }

  status::Section Words() const {
    status::Section section{"words", "The verdict in words", {}};
    std::vector<std::string> lines;
    for (const absl::string_view line : absl::StrSplit(stir::Explain(verdict_), '\n')) {
      lines.push_back(Masked(std::string(line)));
    }
    section.blocks.emplace_back(status::List{std::move(lines)});
    return section;
  }

  status::Section Answer() const {
    status::Section section{"answer", "What a call would have got", {}};
    status::Facts facts;
    facts.Add("verstat", status::Code(stir::VerstatParameter(verdict_, view_.reply.verstat)));
    facts.Add("Reason", status::Code(std::string(ReasonName(verdict_.reason))));
    const stir::SipAnswer answer = stir::AnswerOf(verdict_.reason, verdict_.table);
    if (answer.code != 0) facts.Add("In SIP", absl::StrCat(answer.code, " ", answer.phrase));
    const bool reject = stir::ShouldReject(verdict_, view_.reply);
    facts.Add("The call", reject ? status::Bad("is to be rejected") : Value("goes on"));
    const auto headers = stir::ReasonHeaders(verdict_, view_.reply.reason);
    for (const std::string& header : headers) facts.Add("Reason header", status::Code(header));
    if (verdict_.decided_by) {
      facts.Add("Decided by", absl::StrCat("Identity header ", *verdict_.decided_by + 1));
    }
    facts.Add("Profile", view_.profile);
    facts.Add("Judged as of", status::TimeText(view_.judged_as_of));
    section.blocks.emplace_back(std::move(facts));
    if (view_.as_issued) {
      section.blocks.emplace_back(
          status::Paragraph{"It was judged as if it had arrived when it was signed: a call that came later "
                            "may have found it stale. "
                            "Give the time of the call to see that."});
    }
    section.blocks.emplace_back(status::Paragraph{
        "Trust list and CRL are those of now. Replay was not judged, and nothing of this was remembered."});
    return section;
  }

  static Value OutcomeOf(const stir::Check& check) {
    if (check.outcome == stir::CheckOutcome::kPassed) return status::Good("passed");
    if (check.outcome == stir::CheckOutcome::kSkipped) return "not done";
    Value failed = status::Bad("failed");
    failed.remark = std::string(ReasonName(check.reason));
    return failed;
  }

  status::Table Checks(const stir::HeaderVerdict& header) const {
    status::Table table{"Checks, in the order of the error table",
                        {"What was checked", "Outcome", "Detail", "Name"},
                        {},
                        "none."};
    for (const stir::Check& check : header.checks) {
      table.rows.push_back({std::string(WordsOf(check.name)), OutcomeOf(check), Masked(check.detail),
                            status::Code(check.name)});
    }
    return table;
  }

  status::Facts Claims(const stir::PassportClaims& claims) const {
    status::Facts facts;
    facts.Add("Calling (orig)", Masked(stir::PartyText(claims.orig)));
    std::vector<std::string> called;
    for (const stir::TelephoneNumber& number : claims.dest_tn) called.push_back(number.digits());
    for (const stir::CanonicalUri& uri : claims.dest_uri) called.push_back(uri.text);
    facts.Add("Called (dest)", Masked(absl::StrJoin(called, ", ")));
    if (claims.div) facts.Add("Diverted from (div)", Masked(stir::PartyText(*claims.div)));
    facts.Add("Signed at (iat)", status::TimeText(absl::FromUnixSeconds(claims.iat)));
    if (claims.attest != stir::Attestation::kNone) {
      facts.Add("Attestation", std::string(stir::AttestationText(claims.attest)));
    }
    if (!claims.origid.empty()) facts.Add("origid", status::Code(claims.origid));
    return facts;
  }

  status::Section Header(size_t i) const {
    const stir::HeaderVerdict& header = verdict_.headers[i];
    status::Section section{absl::StrCat("header-", i + 1),
                            absl::StrCat("Identity header ", i + 1,
                                         header.ppt.empty() ? "" : absl::StrCat(" (", header.ppt, ")")),
                            {}};
    if (header.nested_in) {
      section.title = absl::StrCat("PASSporT ", i + 1, ", nested in ", *header.nested_in + 1);
    }
    auto& blocks = section.blocks;
    Value outcome = header.passed() ? status::Good("passed") : status::Bad("failed");
    outcome.remark = RowOf(header.reason).public_text;
    if (header.passed()) outcome.remark = "All checks that apply were passed.";
    blocks.emplace_back(status::Paragraph{std::move(outcome)});
    blocks.emplace_back(Checks(header));
    blocks.emplace_back(status::Heading{"The PASSporT, decoded"});
    if (header.claims) blocks.emplace_back(Claims(*header.claims));
    if (header.passport) {
      blocks.emplace_back(
          status::Preformatted{"Header of the PASSporT", codec::OrderedJson(header.passport->header())});
      blocks.emplace_back(status::Preformatted{"Claims of the PASSporT",
                                               Masked(codec::OrderedJson(header.passport->claims()))});
    } else {
      blocks.emplace_back(status::Paragraph{"It cannot be decoded."});
    }
    AddSigner(header, blocks);
    if (!header.notes.empty()) {
      blocks.emplace_back(status::Heading{"Notes, which are no reason to fail"});
      blocks.emplace_back(status::List{header.notes});
    }
    return section;
  }

  void AddSigner(const stir::HeaderVerdict& header, std::vector<status::Block>& blocks) const {
    blocks.emplace_back(status::Heading{"The signer's certificate"});
    const stir::SignerInfo& signer = header.signer;
    if (!signer.x5u.empty()) {
      status::Facts facts;
      facts.Add("From (x5u)", status::Code(signer.x5u));
      if (!signer.spc.empty()) facts.Add("SPC", signer.spc);
      facts.Add("Trusted in",
                signer.trust_domain.empty() ? status::Bad("no trust domain") : Value(signer.trust_domain));
      blocks.emplace_back(std::move(facts));
    }
    std::optional<pki::CertificateChain> chain;
    if (view_.chain_of != nullptr && !signer.x5u.empty()) chain = view_.chain_of(signer.x5u);
    if (!chain) {
      blocks.emplace_back(status::Paragraph{"No certificate was looked at."});
      return;
    }
    status::CertificateTable table("Certificate chain as it was fetched; time left as of now", view_.now);
    table.Add("signer", *chain);
    blocks.emplace_back(std::move(table).table());
  }

  const stir::CallVerdict& verdict_;
  const VerdictView& view_;
};

}  // namespace

status::Value HeadlineOf(const stir::CallVerdict& verdict) {
  std::string word(VerstatText(verdict.verstat));
  if (verdict.passed()) return status::Good(std::move(word));
  return verdict.verstat == Verstat::kTnValidationFailed ? status::Bad(std::move(word))
                                                         : status::Warning(std::move(word));
}

std::vector<status::Section> VerdictSections(const stir::CallVerdict& verdict, const VerdictView& view) {
  return Sections(verdict, view).All();
}

}  // namespace sti::vs
