// A status page as data: sections of facts, tables and lists. How it looks is page_writer's affair.
#ifndef COMMON_STATUS_PAGE_H_
#define COMMON_STATUS_PAGE_H_

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/status/html.h"

namespace sti::status {

// Shown by a sign and by the word itself, never by colour alone.
enum class Level { kPlain, kGood, kWarning, kBad };

// One value. `level` other than kPlain makes it a badge; `code` is for what is compared letter by letter.
struct Value {
  Value(std::string what, Level how = Level::kPlain)  // NOLINT(google-explicit-constructor): text is a value
      : text(std::move(what)), level(how) {}
  Value(const char* what) : text(what) {}  // NOLINT(google-explicit-constructor): literals too

  std::string text;
  Level level = Level::kPlain;
  bool code = false;
  std::string remark = {};  // stands after a badge, in smaller letters
};
Value Code(std::string text);
Value Good(std::string text);
Value Warning(std::string text);
Value Bad(std::string text);

// Name and value, in order.
struct Facts {
  std::vector<std::pair<std::string, Value>> rows;
  void Add(std::string name, Value value) { rows.emplace_back(std::move(name), std::move(value)); }
};

// The first cell of a row names it.
struct Table {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
  std::string empty = "None.";  // said in place of a table without rows
};

struct Paragraph {
  Value text;
};
struct List {
  std::vector<std::string> items;
};
// Line breaks count.
struct Preformatted {
  std::string label;  // for those who do not see it
  std::string text;
};
struct Heading {
  std::string text;
};

using Block = std::variant<Facts, Table, Paragraph, List, Preformatted, Heading, Html>;

struct Section {
  std::string id;  // lower case letters and "-": the page links to it
  std::string title;
  std::vector<Block> blocks;
};

struct Page {
  std::string program;  // "sti-vs"
  std::string title;    // "sti-vs on node 7"
  Value verdict{""};    // how it is, in a word
  std::string summary;  // and in a sentence
  std::vector<Section> sections;
  absl::Time time;  // when this was so
};

}  // namespace sti::status

#endif  // COMMON_STATUS_PAGE_H_
