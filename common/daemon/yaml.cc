#include "common/daemon/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <exception>
#include <sstream>

namespace sti::daemon {
namespace {

// Builds the tree bottom-up: finished nodes go into the collection on top of the stack.
class TreeBuilder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    Finish(Place(mark, YamlNode::Kind::kNull));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw YAML::ParserException(mark, "aliases are not supported");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    YamlNode node = Place(mark, YamlNode::Kind::kScalar);
    node.quoted = tag == "!";
    const bool null = !node.quoted && (value == "~" || value == "null" || value == "Null" || value == "NULL");
    if (null) node.kind = YamlNode::Kind::kNull;
    node.text = value;
    Finish(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    open_.push_back(Place(mark, YamlNode::Kind::kSequence));
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    open_.push_back(Place(mark, YamlNode::Kind::kMapping));
  }

  void OnSequenceEnd() override { Close(); }

  void OnMapEnd() override {
    // Keys and values arrived in turn.
    YamlNode& map = open_.back();
    for (size_t i = 0; i + 1 < map.items.size(); i += 2) {
      map.entries.emplace_back(std::move(map.items[i]), std::move(map.items[i + 1]));
    }
    map.items.clear();
    Close();
  }

  YamlNode Take() { return std::move(root_); }

 private:
  static YamlNode Place(const YAML::Mark& mark, YamlNode::Kind kind) {
    YamlNode node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  static void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) throw YAML::ParserException(mark, "anchors are not supported");
  }

  // yaml-cpp says "?" for plain and "!" for quoted scalars.
  static void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") throw YAML::ParserException(mark, "tags are not supported");
  }

  void Finish(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else {
      open_.back().items.push_back(std::move(node));
    }
  }

  void Close() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    Finish(std::move(node));
  }

  std::vector<YamlNode> open_;
  YamlNode root_;
};

}  // namespace

YamlResult ParseYaml(absl::string_view text) noexcept {
  YamlResult result;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder;
    if (parser.HandleNextDocument(builder)) result.root = builder.Take();
    TreeBuilder second;
    if (parser.HandleNextDocument(second)) {
      result.error = "more than one YAML document";
      return result;
    }
    result.ok = true;
  } catch (const YAML::Exception& error) {
    result.line = error.mark.is_null() ? 1 : error.mark.line + 1;
    result.column = error.mark.is_null() ? 1 : error.mark.column + 1;
    result.error = error.msg;
  } catch (const std::exception& error) {
    result.error = error.what();
  }
  return result;
}

}  // namespace sti::daemon
