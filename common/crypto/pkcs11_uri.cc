#include "common/crypto/pkcs11_uri.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::crypto {
namespace {

constexpr absl::string_view kScheme = "pkcs11:";
// RFC 7512 s2.3, beside letters, digits and percent-encodings: in both parts, and in the query only.
constexpr absl::string_view kPlain = "-._~:[]@!$'()*+,=";
constexpr absl::string_view kPlainInQuery = "/?|";

absl::Status Bad(absl::string_view detail) {
  return MakeError(Reason::kConfigInvalid, absl::StrCat("pkcs11: URI: ", detail));
}

struct Attribute {
  absl::string_view name;
  std::string* value;
};

absl::StatusOr<std::string> Decode(absl::string_view name, absl::string_view text, bool query) {
  std::string value;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 1])) ||
          !absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 2]))) {
        return Bad(absl::StrCat(name, " has a % without two hexadecimal digits"));
      }
      value += absl::HexStringToBytes(text.substr(i + 1, 2));
      i += 2;
    } else if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains(kPlain, c) ||
               (query ? absl::StrContains(kPlainInQuery, c) : c == '&')) {
      value += c;
    } else {
      return Bad(absl::StrCat(name, " has a character that must be percent-encoded"));
    }
    // An id is any octets; everything else is text, and ends up in one line of a log.
    if (name != "id" && absl::ascii_iscntrl(static_cast<unsigned char>(value.back()))) {
      return Bad(absl::StrCat(name, " has a control character"));
    }
  }
  if (value.empty()) return Bad(absl::StrCat(name, " has no value"));
  return value;
}

// Why an attribute of RFC 7512 that people know is not taken.
std::string WhyRefused(absl::string_view name) {
  if (name == "pin-value") {
    return "pin-value would put the PIN into the configuration; write it into a file of mode 0600 and name "
           "that by pin-source=file:NAME";
  }
  if (name == "module-name") return "module-name is not taken; give the library's file by module-path=/FILE";
  if (absl::StartsWith(name, "slot-")) return "slots move about; name the token by token= or serial=";
  return "";
}

absl::Status ReadAttributes(absl::string_view part, char separator, const std::vector<Attribute>& known) {
  const bool query = separator == '&';
  for (const absl::string_view pair : absl::StrSplit(part, separator, absl::SkipEmpty())) {
    const size_t equals = pair.find('=');
    const absl::string_view name = pair.substr(0, equals);
    if (const std::string why = WhyRefused(name); !why.empty()) return Bad(why);
    const Attribute* found = nullptr;
    for (const Attribute& attribute : known) {
      if (attribute.name == name) found = &attribute;
    }
    if (found == nullptr || equals == absl::string_view::npos) {
      // The name itself may be a PIN that was put in the wrong place.
      return Bad(absl::StrCat("an unknown attribute ", query ? "after" : "before",
                              " the question mark; known are ",
                              absl::StrJoin(known, ", ", [](std::string* out, const Attribute& attribute) {
                                absl::StrAppend(out, attribute.name);
                              })));
    }
    if (!found->value->empty()) return Bad(absl::StrCat(name, " is given twice"));
    STI_ASSIGN_OR_RETURN(*found->value, Decode(name, pair.substr(equals + 1), query));
  }
  return absl::OkStatus();
}

// The file's name in file:NAME, file:/NAME or file:///NAME.
absl::StatusOr<std::string> PinFile(absl::string_view source) {
  if (!absl::ConsumePrefix(&source, "file:") || source.empty()) {
    return Bad("pin-source must be file:NAME, the file with the PIN");
  }
  if (absl::ConsumePrefix(&source, "//") && !absl::StartsWith(source, "/")) {
    return Bad("pin-source names a file of another machine; write file:NAME or file:///NAME");
  }
  return std::string(source);
}

std::string Encode(absl::string_view value, bool query) {
  std::string text;
  for (const char c : value) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("-._~", c) ||
        (query && c == '/')) {
      text += c;
    } else {
      absl::StrAppend(&text, "%", absl::BytesToHexString(absl::string_view(&c, 1)));
    }
  }
  return text;
}

}  // namespace

bool IsPkcs11Uri(absl::string_view text) { return absl::StartsWith(text, kScheme); }

absl::StatusOr<Pkcs11Uri> Pkcs11Uri::Parse(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, kScheme)) return Bad("it does not begin with pkcs11:");
  const size_t mark = text.find('?');
  Pkcs11Uri uri;
  std::string type, pin_source;
  STI_RETURN_IF_ERROR(ReadAttributes(text.substr(0, mark), ';',
                                     {{"token", &uri.token},
                                      {"manufacturer", &uri.manufacturer},
                                      {"serial", &uri.serial},
                                      {"model", &uri.model},
                                      {"object", &uri.object},
                                      {"id", &uri.id},
                                      {"type", &type}}));
  if (mark != absl::string_view::npos) {
    STI_RETURN_IF_ERROR(ReadAttributes(text.substr(mark + 1), '&',
                                       {{"module-path", &uri.module_path}, {"pin-source", &pin_source}}));
  }
  if (!type.empty() && type != "private") return Bad("type must be private");
  if (uri.token.empty() && uri.serial.empty())
    return Bad("which token? token=LABEL or serial=NUMBER is missing");
  if (uri.object.empty() && uri.id.empty()) return Bad("which key? object=LABEL or id=%NN is missing");
  if (uri.module_path.empty()) return Bad("?module-path=/FILE is missing: the PKCS#11 library of the token");
  if (uri.module_path.front() != '/') return Bad("module-path must begin with /");
  if (pin_source.empty()) return Bad("pin-source=file:NAME is missing: the file with the PIN");
  STI_ASSIGN_OR_RETURN(uri.pin_file, PinFile(pin_source));
  return uri;
}

std::string Pkcs11Uri::Text() const {
  std::vector<std::string> path;
  const std::vector<std::pair<absl::string_view, absl::string_view>> attributes = {
      {"token", token},   {"manufacturer", manufacturer},
      {"serial", serial}, {"model", model},
      {"object", object}, {"id", id}};
  for (const auto& [name, value] : attributes) {
    if (!value.empty()) path.push_back(absl::StrCat(name, "=", Encode(value, false)));
  }
  return absl::StrCat(kScheme, absl::StrJoin(path, ";"), "?module-path=", Encode(module_path, true),
                      "&pin-source=file:", Encode(pin_file, true));
}

}  // namespace sti::crypto
