// HTML that no text gets into unescaped: the type says what has been escaped. Whoever reads a page holds rights
// that the sender of a hostile header has not.
#ifndef COMMON_STATUS_HTML_H_
#define COMMON_STATUS_HTML_H_

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace sti::status {

// Regular value.
class Html {
 public:
  Html() = default;

  // Any text, for content and for quoted attributes. Octets that are no UTF-8, control characters but tab and
  // line break, and the characters that turn the direction of writing become U+FFFD: what is read is what is there.
  static Html Text(absl::string_view text);
  // Markup of the program itself: only an array of constant size is taken, never a string.
  template <size_t N>
  static Html Literal(const char (&markup)[N]) {
    return Html(std::string(markup, N - 1));
  }

  Html& operator+=(const Html& more) {
    markup_ += more.markup_;
    return *this;
  }
  friend Html operator+(Html left, const Html& right) { return left += right; }
  bool empty() const { return markup_.empty(); }
  const std::string& markup() const { return markup_; }

 private:
  explicit Html(std::string markup) : markup_(std::move(markup)) {}
  friend Html Element(const char*, std::initializer_list<struct Attribute>, const Html&);
  friend Html Void(const char*, std::initializer_list<struct Attribute>);

  std::string markup_;
};

// Names are the program's own literals; the value is any text. Never for one that a browser would run or load:
// there is no attribute of that kind on these pages.
struct Attribute {
  const char* name;
  std::string value;
};

// <tag name="value">content</tag>
Html Element(const char* tag, std::initializer_list<Attribute> attributes, const Html& content);
Html Element(const char* tag, const Html& content);
// Without content and end: <input name="value">
Html Void(const char* tag, std::initializer_list<Attribute> attributes);

}  // namespace sti::status

#endif  // COMMON_STATUS_HTML_H_
