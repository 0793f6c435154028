#include "common/status/daemon_sections.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "common/codec/number_mask.h"
#include "common/status/times.h"

namespace sti::status {
namespace {

std::string NodeName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "";
  return name.data();
}

std::string OrUnknown(const std::string& text) { return text.empty() ? "not known" : text; }

Section AboutSection(const DaemonFacts& facts, absl::Time now) {
  Section section;
  section.id = "about";
  section.title = "This daemon";
  Facts rows;
  rows.Add("Program", absl::StrCat(facts.program, " ", facts.version));
  rows.Add("Node", OrUnknown(facts.node));
  rows.Add("Running since", AgoText(facts.started, now));
  rows.Add("Configuration file", facts.config_file.empty() ? Value("not known") : Code(facts.config_file));
  section.blocks.emplace_back(std::move(rows));
  return section;
}

Section HealthSection(const Health& health) {
  Section section;
  section.id = "health";
  section.title = "Health";
  Facts rows;
  rows.Add("State", health.lacking.empty() ? Good("serving") : Bad("not serving"));
  section.blocks.emplace_back(std::move(rows));
  if (!health.lacking.empty()) {
    section.blocks.emplace_back(Paragraph{"It lacks, and does not serve until it is there:"});
    section.blocks.emplace_back(List{health.lacking});
  }
  if (!health.trouble.empty()) {
    section.blocks.emplace_back(Paragraph{"Somebody should look after:"});
    section.blocks.emplace_back(List{health.trouble});
  }
  return section;
}

}  // namespace

DaemonFacts FactsOfThisDaemon(std::string program, std::string version, std::string config_file,
                              absl::Time now, bool mask_numbers) {
  DaemonFacts facts;
  facts.program = std::move(program);
  facts.version = std::move(version);
  facts.node = NodeName();
  facts.config_file = std::move(config_file);
  facts.started = now;
  facts.mask_numbers = mask_numbers;
  return facts;
}

Page BeginPage(const DaemonFacts& facts, const Health& health, absl::Time now) {
  Page page;
  page.program = facts.program;
  page.title = facts.node.empty() ? facts.program : absl::StrCat(facts.program, " on ", facts.node);
  if (!health.lacking.empty()) {
    page.verdict = Bad("not serving");
    page.summary = absl::StrCat("It lacks: ", absl::StrJoin(health.lacking, "; "), ".");
  } else if (!health.trouble.empty()) {
    page.verdict = Warning("serving, with trouble");
    page.summary = absl::StrCat(absl::StrJoin(health.trouble, "; "), ".");
  } else {
    page.verdict = Good("serving");
    page.summary = "Nothing is lacking.";
  }
  page.time = now;
  page.sections = {AboutSection(facts, now), HealthSection(health)};
  return page;
}

Section ErrorSection(const ErrorLog& errors, const DaemonFacts& facts, absl::Time now) {
  Section section;
  section.id = "errors";
  section.title = "Last errors by Reason";
  Table table;
  table.caption = "The latest first; counts are since the start";
  table.columns = {"Reason", "In words", "Count", "Last", "Last detail"};
  table.empty = "none yet.";
  for (const ErrorLog::Row& row : errors.Rows()) {
    const std::string detail = facts.mask_numbers ? codec::MaskNumbersIn(row.detail) : row.detail;
    table.rows.push_back({Code(std::string(ReasonName(row.reason))), RowOf(row.reason).public_text,
                          absl::StrCat(row.count), AgoText(row.last, now), detail});
  }
  section.blocks.emplace_back(std::move(table));
  return section;
}

}  // namespace sti::status
