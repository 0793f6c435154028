// YAML text as a plain tree. The one place that knows yaml-cpp and its exceptions.
#ifndef COMMON_DAEMON_YAML_H_
#define COMMON_DAEMON_YAML_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace sti::daemon {

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMapping };
  Kind kind = Kind::kNull;
  int line = 1, column = 1;     // 1-based
  std::string text;             // of a scalar
  bool quoted = false;          // the scalar was quoted, so it is text whatever it looks like
  std::vector<YamlNode> items;  // of a sequence
  std::vector<std::pair<YamlNode, YamlNode>> entries;  // of a mapping, in file order, duplicates included
};

struct YamlResult {
  bool ok = false;
  YamlNode root;             // kNull for an empty text
  int line = 1, column = 1;  // of the error
  std::string error;
};

// One document. Aliases, anchors and tags are refused: a configuration has no need of them, and aliases can
// blow up a short text without bound.
YamlResult ParseYaml(absl::string_view text) noexcept;

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_YAML_H_
