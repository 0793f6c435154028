#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/reason.h"
#include "common/status/certificate_table.h"
#include "common/status/daemon_sections.h"
#include "common/status/page.h"
#include "common/status/page_answer.h"
#include "common/status/page_writer.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"

namespace sti::status {
namespace {

constexpr char kHostile[] = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(PageTest, NoTextOfAnyPlaceBecomesMarkup) {
  Page page;
  page.program = page.title = page.summary = kHostile;
  page.verdict = Bad(kHostile);
  page.time = kNow;
  Facts facts;
  facts.Add(kHostile, Code(kHostile));
  Value remarked(kHostile);
  remarked.remark = kHostile;
  const Table table = {kHostile, {kHostile, kHostile}, {{kHostile, remarked}}};
  Table none = table;
  none.rows.clear();
  none.empty = kHostile;
  page.sections.push_back({kHostile,
                           kHostile,
                           {facts, table, none, Paragraph{kHostile}, List{{kHostile}},
                            Preformatted{kHostile, kHostile}, Heading{kHostile}}});
  const std::string html = Write(page);
  EXPECT_FALSE(absl::StrContains(html, "<script"));
  EXPECT_FALSE(absl::StrContains(html, "<img"));
  EXPECT_FALSE(absl::StrContains(html, "\"'>"));
  EXPECT_TRUE(absl::StrContains(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
}

TEST(PageTest, TablesHaveCaptionAndScopes) {
  const std::string html =
      Show(Block(Table{"Roots", {"Name", "Time"}, {{"A", Good("3 days left")}}})).markup();
  EXPECT_EQ(
      html,
      "<table><caption>Roots</caption><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Time</th></tr>"
      "</thead><tbody><tr><th scope=\"row\">A</th><td data-label=\"Time\"><span class=\"badge good\">"
      "<span aria-hidden=\"true\">\xe2\x9c\x93</span> 3 days left</span></td></tr></tbody></table>");
}

// The Content-Security-Policy names the very style by the digest that the openssl program finds.
TEST(PageTest, OnlyTheOwnStyleMayBeUsed) {
  const http::HttpResponse response = PageAnswer(200, Page{});
  const size_t begin = response.body.find("<style>") + 7;
  testing::TempDir dir;
  dir.Write("style", response.body.substr(begin, response.body.find("</style>") - begin));
  testing::Subprocess openssl(
      {"sh", "-c", absl::StrCat("openssl dgst -sha256 -binary ", dir.File("style"), " | openssl base64 -A")});
  const std::string digest = openssl.Wait().out;
  std::string policy;
  for (const auto& [name, value] : response.headers) {
    if (name == "Content-Security-Policy") policy = value;
  }
  EXPECT_EQ(policy, absl::StrCat("default-src 'none'; style-src 'sha256-", digest,
                                 "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"));
  EXPECT_EQ(response.body.find("style=\""), std::string::npos);  // the policy would not let it be used
}

TEST(PageTest, NothingIsKeptNorGuessed) {
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : PageAnswer(200, Page{}).headers) headers[name] = value;
  EXPECT_EQ(headers["Content-Type"], "text/html; charset=utf-8");
  EXPECT_EQ(headers["Cache-Control"], "no-store");
  EXPECT_EQ(headers["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(headers["Referrer-Policy"], "same-origin");
}

TEST(PageTest, AnErrorIsToldInWords) {
  const http::HttpResponse response =
      ErrorAnswer("sti-vs", MakeError(Reason::kInvalidField, "at", kHostile), kNow);
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(absl::StrContains(response.body, "INVALID_FIELD"));
  EXPECT_FALSE(absl::StrContains(response.body, "<script"));
}

TEST(DaemonSectionsTest, HealthIsSaidInWords) {
  const DaemonFacts facts = FactsOfThisDaemon("sti-vs", "1.2.3", "/etc/sti/vs.yaml", kNow, false);
  EXPECT_FALSE(facts.node.empty());
  EXPECT_EQ(BeginPage(facts, {}, kNow).verdict.text, "serving");
  EXPECT_EQ(BeginPage(facts, {{}, {"an old CRL"}}, kNow).verdict.level, Level::kWarning);
  const Page page = BeginPage(facts, {{"a trust list"}, {"an old CRL"}}, kNow);
  EXPECT_EQ(page.verdict.level, Level::kBad);
  const std::string html = Write(page);
  for (const char* text : {"not serving", "a trust list", "an old CRL", "sti-vs 1.2.3", "/etc/sti/vs.yaml"}) {
    EXPECT_TRUE(absl::StrContains(html, text)) << text;
  }
}

TEST(DaemonSectionsTest, NumbersAreMaskedWhereThatIsSet) {
  ErrorLog errors;
  errors.Record(Reason::kOrigMismatch, "12155550121 is not 12155550122", kNow);
  DaemonFacts facts = FactsOfThisDaemon("sti-vs", "1", "", kNow, false);
  Page page;
  page.sections = {ErrorSection(errors, facts, kNow)};
  EXPECT_TRUE(absl::StrContains(Write(page), "12155550121 is not 12155550122"));
  facts.mask_numbers = true;
  page.sections = {ErrorSection(errors, facts, kNow)};
  EXPECT_TRUE(absl::StrContains(Write(page), "*******0121 is not *******0122"));
  EXPECT_FALSE(absl::StrContains(Write(page), "1215555"));
}

TEST(CertificateTableTest, AFileThatIsNoneIsSaid) {
  CertificateTable table("Certificates", kNow);
  table.AddFile("gRPC server", MakeError(Reason::kNotFound, "/no/such/file"));
  table.AddFile("gRPC server", std::string("no PEM"));
  for (const auto& row : std::move(table).table().rows) EXPECT_EQ(row[1].text, "cannot be read");
}

TEST(CertificateTableTest, ShowsNamesAndTimeLeft) {
  testing::TempDir dir;
  testing::Subprocess openssl({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                               "ec_paramgen_curve:P-256", "-nodes", "-subj", "/C=US/O=Ex <b>/CN=root",
                               "-set_serial", "0xABC123", "-days", "10", "-keyout", dir.File("key"), "-out",
                               dir.File("root.pem")});
  ASSERT_EQ(openssl.Wait().exit_code, 0);
  const std::string pem = dir.Read("root.pem");
  CertificateTable table("Roots", absl::Now());
  table.AddFile("root", pem);
  const auto row = std::move(table).table().rows.at(0);
  EXPECT_TRUE(absl::StrContains(row[1].text, "CN=root"));
  EXPECT_EQ(row[3].text, "ABC123");
  EXPECT_EQ(row[5].level, Level::kWarning);
  CertificateTable later("Roots", absl::Now() + absl::Hours(11 * 24));
  later.AddFile("root", pem);
  EXPECT_EQ(std::move(later).table().rows.at(0)[5].level, Level::kBad);
}

}  // namespace
}  // namespace sti::status
