#include "common/daemon/config_value.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/crypto/pkcs11_uri.h"

namespace sti::daemon {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using sti::config::v1::Key;

// `secret` names what only the owner may read; null for what anybody may.
std::string CheckInputFile(const std::string& path, const char* secret) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return absl::StrCat("there is no file ", path);
  if (fd < 0) return absl::StrCat("cannot read ", path, ": ", std::strerror(errno));
  struct stat about {};
  const bool known = fstat(fd, &about) == 0;
  close(fd);
  if (!known || !S_ISREG(about.st_mode)) return absl::StrCat(path, " is not a regular file");
  if (secret != nullptr && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::StrCat("others than the owner have rights to the ", secret, " ", path, "; chmod 600 it");
  }
  return "";
}

std::string CheckAddress(absl::string_view text) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  const bool good = colon != absl::string_view::npos && colon > 0 &&
                    absl::SimpleAtoi(text.substr(colon + 1), &port) && port <= 65535;
  if (!good) return "must be host:port with a port of 0 to 65535";
  const absl::string_view host = text.substr(0, colon);
  if (absl::StrContains(host, ":") && !(host.front() == '[' && host.back() == ']')) {
    return "an IPv6 address belongs in brackets, as in [::1]:7001";
  }
  return "";
}

bool IsPath(const Key& rules) {
  return rules.kind() == sti::config::v1::KIND_INPUT_FILE ||
         rules.kind() == sti::config::v1::KIND_PRIVATE_KEY_FILE ||
         rules.kind() == sti::config::v1::KIND_SIGNING_KEY ||
         rules.kind() == sti::config::v1::KIND_OUTPUT_PATH;
}

std::string CheckText(const Key& rules, const std::string& text) {
  if (text.empty()) return rules.required() ? "must not be empty" : "";
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; })) {
    return "must not hold control characters";
  }
  if (rules.one_of_size() > 0 &&
      std::find(rules.one_of().begin(), rules.one_of().end(), text) == rules.one_of().end()) {
    return absl::StrCat("must be one of ", absl::StrJoin(rules.one_of(), ", "), ", not ", text);
  }
  switch (rules.kind()) {
    case sti::config::v1::KIND_INPUT_FILE:
      return CheckInputFile(text, nullptr);
    case sti::config::v1::KIND_PRIVATE_KEY_FILE:
    case sti::config::v1::KIND_SIGNING_KEY:
      return CheckInputFile(text, "private key");
    case sti::config::v1::KIND_ADDRESS:
      return CheckAddress(text);
    case sti::config::v1::KIND_HTTPS_URL:
      return absl::StartsWith(text, "https://") ? "" : "must begin with https://";
    default:
      return "";
  }
}

std::string CannotExpress(const FieldDescriptor& field) {
  return absl::StrCat("has the type ", field.type_name(), ", which configuration files cannot express");
}

// The URI of a key in a token: takes the name of the PIN file relative to `folder`.
std::string ResolveToken(const std::string& folder, const Key& rules, std::string& text) {
  if (rules.kind() != sti::config::v1::KIND_SIGNING_KEY) return "a key in a token cannot be used here";
  absl::StatusOr<crypto::Pkcs11Uri> uri = crypto::Pkcs11Uri::Parse(text);
  if (!uri.ok()) return std::string(uri.status().message());
  uri->pin_file = (std::filesystem::path(folder) / uri->pin_file).string();
  text = uri->Text();
  std::string problem = CheckInputFile(uri->module_path, nullptr);
  if (problem.empty()) problem = CheckInputFile(uri->pin_file, "PIN");
  return problem;
}

bool MayBeToken(const Key& rules) {
  return rules.kind() == sti::config::v1::KIND_SIGNING_KEY ||
         rules.kind() == sti::config::v1::KIND_PRIVATE_KEY_FILE;
}

std::string SetText(const YamlNode& node, const FieldDescriptor& field, const std::string& folder,
                    Message& message) {
  const Key& rules = RulesOf(field);
  std::string text = node.text;
  std::string problem;
  if (MayBeToken(rules) && crypto::IsPkcs11Uri(text)) {
    problem = ResolveToken(folder, rules, text);
  } else {
    if (IsPath(rules) && !text.empty()) text = (std::filesystem::path(folder) / text).string();
    problem = CheckText(rules, text);
  }
  if (!problem.empty()) return problem;
  const Reflection& reflection = *message.GetReflection();
  field.is_repeated() ? reflection.AddString(&message, &field, text)
                      : reflection.SetString(&message, &field, text);
  return "";
}

std::string SetInteger(const YamlNode& node, const FieldDescriptor& field, Message& message) {
  int64_t value = 0;
  if (node.quoted || !absl::SimpleAtoi(node.text, &value))
    return absl::StrCat("must be a whole number, not ", node.text);
  const Key& rules = RulesOf(field);
  const bool narrow = field.cpp_type() == FieldDescriptor::CPPTYPE_INT32;
  const int64_t least = rules.has_min() ? rules.min()
                        : narrow        ? std::numeric_limits<int32_t>::min()
                                        : std::numeric_limits<int64_t>::min();
  const int64_t most = rules.has_max() ? rules.max()
                       : narrow        ? std::numeric_limits<int32_t>::max()
                                       : std::numeric_limits<int64_t>::max();
  if (value < least || value > most) return absl::StrCat("must be ", least, " to ", most, ", not ", value);
  const Reflection& reflection = *message.GetReflection();
  if (narrow) {
    const auto small = static_cast<int32_t>(value);
    field.is_repeated() ? reflection.AddInt32(&message, &field, small)
                        : reflection.SetInt32(&message, &field, small);
  } else {
    field.is_repeated() ? reflection.AddInt64(&message, &field, value)
                        : reflection.SetInt64(&message, &field, value);
  }
  return "";
}

std::string SetReal(const YamlNode& node, const FieldDescriptor& field, Message& message) {
  double value = 0;
  if (node.quoted || !absl::SimpleAtod(node.text, &value))
    return absl::StrCat("must be a number, not ", node.text);
  const Reflection& reflection = *message.GetReflection();
  field.is_repeated() ? reflection.AddDouble(&message, &field, value)
                      : reflection.SetDouble(&message, &field, value);
  return "";
}

std::string SetBool(const YamlNode& node, const FieldDescriptor& field, Message& message) {
  if (node.quoted || (node.text != "true" && node.text != "false")) {
    return absl::StrCat("must be true or false, not ", node.text);
  }
  const bool value = node.text == "true";
  const Reflection& reflection = *message.GetReflection();
  field.is_repeated() ? reflection.AddBool(&message, &field, value)
                      : reflection.SetBool(&message, &field, value);
  return "";
}

}  // namespace

const Key& RulesOf(const FieldDescriptor& field) {
  return field.options().GetExtension(sti::config::v1::key);
}

std::string SetValue(const YamlNode& node, const FieldDescriptor& field, const std::string& folder,
                     Message& message) {
  if (node.kind == YamlNode::Kind::kNull) return "has no value";
  if (node.kind == YamlNode::Kind::kMapping) return "must be a single value, not a mapping";
  if (node.kind == YamlNode::Kind::kSequence) return "must be a single value, not a list";
  if (field.type() == FieldDescriptor::TYPE_BYTES) return CannotExpress(field);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return SetText(node, field, folder, message);
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return SetInteger(node, field, message);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return SetReal(node, field, message);
    case FieldDescriptor::CPPTYPE_BOOL:
      return SetBool(node, field, message);
    default:
      return CannotExpress(field);
  }
}

void SetDefault(const FieldDescriptor& field, Message& message) {
  const std::string& text = RulesOf(field).default_value();
  if (text.empty()) return;
  YamlNode node;
  node.kind = YamlNode::Kind::kScalar;
  if (!field.is_repeated()) {
    node.text = text;
    SetValue(node, field, "", message);
    return;
  }
  for (const absl::string_view item : absl::StrSplit(text, ',')) {
    node.text = std::string(item);
    SetValue(node, field, "", message);
  }
}

}  // namespace sti::daemon
