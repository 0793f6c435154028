#include "common/daemon/config_loader.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/daemon/config_value.h"
#include "common/daemon/files.h"
#include "common/daemon/yaml.h"

namespace sti::daemon {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Levenshtein distance.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row[b.size()];
}

// What to say about a key that is none.
std::string UnknownKey(absl::string_view key, const Descriptor& type) {
  std::vector<std::string> known;
  std::string nearest;
  size_t least = std::max<size_t>(2, key.size() / 3) + 1;
  for (int i = 0; i < type.field_count(); ++i) {
    known.push_back(type.field(i)->name());
    // The bound keeps a hostile key of a megabyte from costing anything.
    const size_t distance = key.size() > 64 ? least : EditDistance(key, known.back());
    if (distance < least) {
      least = distance;
      nearest = known.back();
    }
  }
  if (!nearest.empty()) return absl::StrCat("unknown key; did you mean ", nearest, "?");
  return absl::StrCat("unknown key; known are ", absl::StrJoin(known, ", "));
}

bool HasRequiredKey(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& rules = RulesOf(*type.field(i));
    if (rules.required() || !rules.required_unless().empty()) return true;
  }
  return false;
}

class Loader {
 public:
  explicit Loader(std::string folder) : folder_(std::move(folder)) {}

  // `node` is a mapping, or null for one that is empty.
  void Fill(const YamlNode& node, const std::string& path, Message& message) {
    std::map<const FieldDescriptor*, const YamlNode*> seen;
    for (const auto& [key, value] : node.entries) {
      const std::string key_path = Join(path, key.text);
      const FieldDescriptor* field = nullptr;
      if (key.kind == YamlNode::Kind::kScalar) field = message.GetDescriptor()->FindFieldByName(key.text);
      if (field == nullptr) {
        Complain(key, key_path, UnknownKey(key.text, *message.GetDescriptor()));
      } else if (const auto [earlier, fresh] = seen.emplace(field, &key); !fresh) {
        Complain(key, key_path, absl::StrCat("given twice; first in line ", earlier->second->line));
      } else {
        FillField(value, key_path, *field, message);
      }
    }
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *message.GetDescriptor()->field(i);
      if (seen.count(&field) == 0) LeftOut(node, Join(path, field.name()), field, message);
    }
    CheckAlternatives(node, path, seen, message);
  }

  std::vector<ConfigProblem> TakeProblems() {
    std::stable_sort(problems_.begin(), problems_.end(), [](const ConfigProblem& a, const ConfigProblem& b) {
      return std::make_pair(a.line, a.column) < std::make_pair(b.line, b.column);
    });
    return std::move(problems_);
  }

 private:
  static std::string Join(const std::string& path, const std::string& key) {
    return path.empty() ? key : absl::StrCat(path, ".", key);
  }

  void Complain(const YamlNode& where, std::string path, std::string text) {
    problems_.push_back({where.line, where.column, std::move(path), std::move(text)});
  }

  void FillField(const YamlNode& value, const std::string& path, const FieldDescriptor& field,
                 Message& message) {
    if (!field.is_repeated()) {
      FillOne(value, path, field, message);
      return;
    }
    if (value.kind == YamlNode::Kind::kNull) {
      if (RulesOf(field).required()) Complain(value, path, "must not be empty");
      return;
    }
    if (value.kind != YamlNode::Kind::kSequence) {
      Complain(value, path, "must be a list");
      return;
    }
    if (value.items.empty() && RulesOf(field).required()) Complain(value, path, "must not be empty");
    for (size_t i = 0; i < value.items.size(); ++i) {
      FillOne(value.items[i], absl::StrCat(path, "[", i, "]"), field, message);
    }
  }

  void FillOne(const YamlNode& value, const std::string& path, const FieldDescriptor& field,
               Message& message) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      std::string problem = SetValue(value, field, folder_, message);
      if (!problem.empty()) Complain(value, path, std::move(problem));
    } else if (value.kind != YamlNode::Kind::kMapping && value.kind != YamlNode::Kind::kNull) {
      Complain(value, path, "must be a mapping");
    } else {
      const auto& reflection = *message.GetReflection();
      Fill(value, path,
           field.is_repeated() ? *reflection.AddMessage(&message, &field)
                               : *reflection.MutableMessage(&message, &field));
    }
  }

  void LeftOut(const YamlNode& mapping, const std::string& path, const FieldDescriptor& field,
               Message& message) {
    if (RulesOf(field).required()) {
      Complain(mapping, path, "is missing");
    } else if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      SetDefault(field, message);
    } else if (!field.is_repeated() && RulesOf(field).required_unless().empty() &&
               !HasRequiredKey(*field.message_type())) {
      Fill(YamlNode{}, path, *message.GetReflection()->MutableMessage(&message, &field));
    }
  }

  // Keys of which exactly one of two must be given: required_unless in the schema.
  void CheckAlternatives(const YamlNode& mapping, const std::string& path,
                         const std::map<const FieldDescriptor*, const YamlNode*>& seen,
                         const Message& message) {
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *message.GetDescriptor()->field(i);
      const std::string& other = RulesOf(field).required_unless();
      if (other.empty()) continue;
      const bool waived =
          message.GetReflection()->GetBool(message, message.GetDescriptor()->FindFieldByName(other));
      const auto given = seen.find(&field);
      if (!waived && given == seen.end()) {
        Complain(mapping, Join(path, field.name()),
                 absl::StrCat("is missing (required unless ", other, " is true)"));
      } else if (waived && given != seen.end()) {
        Complain(*given->second, Join(path, field.name()),
                 absl::StrCat("must not be given when ", other, " is true"));
      }
    }
  }

  const std::string folder_;
  std::vector<ConfigProblem> problems_;
};

// Keys and values come from the file and must not be able to look like further lines.
std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';
  }
  return text;
}

}  // namespace

std::string FormatProblems(const std::string& file, const std::vector<ConfigProblem>& problems) {
  return absl::StrJoin(problems, "\n", [&file](std::string* out, const ConfigProblem& problem) {
    absl::StrAppend(out, file, ":");
    if (problem.line > 0) absl::StrAppend(out, problem.line, ":", problem.column, ":");
    if (!problem.path.empty()) absl::StrAppend(out, " ", OneLine(problem.path), ":");
    absl::StrAppend(out, " ", OneLine(problem.text));
  });
}

std::vector<ConfigProblem> ReadConfig(const std::string& file, Message& message) {
  const absl::StatusOr<std::string> text = ReadFile(file, limits::kConfigFile);
  if (!text.ok()) return {{0, 0, "", std::string(text.status().message())}};
  const YamlResult yaml = ParseYaml(*text);
  if (!yaml.ok) return {{yaml.line, yaml.column, "", yaml.error}};
  if (yaml.root.kind != YamlNode::Kind::kMapping && yaml.root.kind != YamlNode::Kind::kNull) {
    return {{yaml.root.line, yaml.root.column, "", "the file must be a mapping of keys to values"}};
  }
  Loader loader(std::filesystem::path(file).parent_path().string());
  loader.Fill(yaml.root, "", message);
  return loader.TakeProblems();
}

absl::Status LoadConfig(const std::string& file, Message& message) {
  const std::vector<ConfigProblem> problems = ReadConfig(file, message);
  if (problems.empty()) return absl::OkStatus();
  return MakeError(Reason::kConfigInvalid, FormatProblems(file, problems));
}

}  // namespace sti::daemon
