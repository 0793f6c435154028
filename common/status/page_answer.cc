#include "common/status/page_answer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/status/page_writer.h"

namespace sti::status {

http::HttpResponse PageAnswer(int status, const Page& page) {
  http::HttpResponse response;
  response.status = status;
  response.headers = {
      {"Content-Type", "text/html; charset=utf-8"},
      {"Content-Security-Policy",
       absl::StrCat("default-src 'none'; style-src ", StyleSource(),
                    "; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "same-origin"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cache-Control", "no-store"},
  };
  response.body = Write(page);
  return response;
}

http::HttpResponse ErrorAnswer(absl::string_view program, const absl::Status& error, absl::Time now) {
  const ReasonRow& row = RowOf(ReasonOf(error));
  Page page;
  page.program = std::string(program);
  page.title = "That did not work";
  page.verdict = Bad(row.name);
  page.summary = row.public_text;
  page.time = now;
  Section section;
  section.id = "error";
  section.title = "What was wrong";
  Facts facts;
  if (!FieldOf(error).empty()) facts.Add("Field", FieldOf(error));
  facts.Add("What", std::string(error.message()));
  section.blocks.emplace_back(std::move(facts));
  section.blocks.emplace_back(
      Element("p", Element("a", {{"href", "/"}}, Html::Text("Back to the status page"))));
  page.sections.push_back(std::move(section));
  return PageAnswer(row.http_status, page);
}

}  // namespace sti::status
