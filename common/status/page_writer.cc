#include "common/status/page_writer.h"

#include "absl/strings/str_cat.h"
#include "common/status/times.h"

namespace sti::status {
namespace {

// A sign for those who do not tell colours apart, hidden from readers aloud, who get the word.
Html Sign(Level level) {
  switch (level) {
    case Level::kGood:
      return Html::Literal("<span aria-hidden=\"true\">\xe2\x9c\x93</span> ");
    case Level::kWarning:
      return Html::Literal("<span aria-hidden=\"true\">!</span> ");
    case Level::kBad:
      return Html::Literal("<span aria-hidden=\"true\">\xe2\x9c\x97</span> ");
    case Level::kPlain:
      break;
  }
  return Html();
}

const char* ClassOf(Level level) {
  switch (level) {
    case Level::kGood:
      return "badge good";
    case Level::kWarning:
      return "badge warning";
    case Level::kBad:
      return "badge bad";
    case Level::kPlain:
      break;
  }
  return "badge";
}

Html ShowFacts(const Facts& facts) {
  Html rows;
  for (const auto& [name, value] : facts.rows) {
    rows += Element("div", Element("dt", Html::Text(name)) + Element("dd", Show(value)));
  }
  return Element("dl", rows);
}

Html ShowTable(const Table& table) {
  if (table.rows.empty()) {
    return Element("p", {{"class", "none"}}, Html::Text(absl::StrCat(table.caption, ": ", table.empty)));
  }
  Html head;
  for (const std::string& column : table.columns) {
    head += Element("th", {{"scope", "col"}}, Html::Text(column));
  }
  Html body;
  for (const std::vector<Value>& row : table.rows) {
    Html cells;
    for (size_t i = 0; i < row.size(); ++i) {
      // The column's name again: on narrow screens a row is a card.
      const std::string label = i < table.columns.size() ? table.columns[i] : "";
      cells += i == 0 ? Element("th", {{"scope", "row"}}, Show(row[i]))
                      : Element("td", {{"data-label", label}}, Show(row[i]));
    }
    body += Element("tr", cells);
  }
  return Element("table", Element("caption", Html::Text(table.caption)) +
                              Element("thead", Element("tr", head)) + Element("tbody", body));
}

Html ShowList(const List& list) {
  Html items;
  for (const std::string& item : list.items) items += Element("li", Html::Text(item));
  return Element("ul", items);
}

struct Shower {
  Html operator()(const Facts& facts) const { return ShowFacts(facts); }
  Html operator()(const Table& table) const { return ShowTable(table); }
  Html operator()(const Paragraph& paragraph) const { return Element("p", Show(paragraph.text)); }
  Html operator()(const List& list) const { return ShowList(list); }
  Html operator()(const Preformatted& block) const {
    // Scrolled with the keyboard, too.
    return Element("pre", {{"tabindex", "0"}, {"role", "region"}, {"aria-label", block.label}},
                   Html::Text(block.text));
  }
  Html operator()(const Heading& heading) const { return Element("h3", Html::Text(heading.text)); }
  Html operator()(const Html& html) const { return html; }
};

Html Contents(const Page& page) {
  Html items;
  for (const Section& section : page.sections) {
    items +=
        Element("li", Element("a", {{"href", absl::StrCat("#", section.id)}}, Html::Text(section.title)));
  }
  return Element("nav", {{"aria-label", "Sections of this page"}}, Element("ul", items));
}

Html Show(const Section& section) {
  const std::string heading = absl::StrCat(section.id, "-heading");
  Html content = Element("h2", {{"id", heading}}, Html::Text(section.title));
  for (const Block& block : section.blocks) content += status::Show(block);
  return Element("section", {{"id", section.id}, {"aria-labelledby", heading}}, content);
}

}  // namespace

Html Show(const Value& value) {
  Html text = Html::Text(value.text);
  if (value.code) text = Element("code", text);
  if (value.level != Level::kPlain) {
    text = Element("span", {{"class", ClassOf(value.level)}}, Sign(value.level) + text);
  }
  if (!value.remark.empty()) {
    text += Html::Literal(" ") + Element("span", {{"class", "remark"}}, Html::Text(value.remark));
  }
  return text;
}

Html Show(const Block& block) { return std::visit(Shower{}, block); }

std::string Write(const Page& page) {
  Html head = Html::Literal(
      "<meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<meta name=\"color-scheme\" content=\"light dark\">");
  head += Element("title", Html::Text(page.title));
  Html header = Element("p", {{"class", "program"}}, Html::Text(page.program));
  header += Element("h1", Html::Text(page.title));
  header += Element("p", {{"class", "verdict"}},
                    status::Show(page.verdict) + Html::Literal(" ") + Html::Text(page.summary));
  Html main;
  for (const Section& section : page.sections) main += Show(section);
  const Html footer = Element("p", Html::Text(absl::StrCat("As of ", TimeText(page.time),
                                                           ". Load the page again for newer values.")));
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\"><head>";
  // The style is the program's own text, and no HTML.
  absl::StrAppend(&out, head.markup(), "<style>", StyleText(), "</style></head><body>");
  absl::StrAppend(&out,
                  Html::Literal("<a class=\"skip\" href=\"#content\">Skip to the content</a>").markup());
  absl::StrAppend(&out, Element("header", header + Contents(page)).markup(),
                  Element("main", {{"id", "content"}}, main).markup(), Element("footer", footer).markup(),
                  "</body></html>\n");
  return out;
}

}  // namespace sti::status
