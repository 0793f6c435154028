#include "common/codec/json_text.h"

namespace sti::codec {
namespace {

void Append(const JsonValue& value, std::string& out) {
  const char* comma = "";
  if (const JsonObject* object = value.if_object()) {
    out += '{';
    for (const auto& [name, member] : *object) {
      out += comma;
      AppendJsonString(name, out);
      out += ':';
      Append(member, out);
      comma = ",";
    }
    out += '}';
  } else if (const JsonArray* array = value.if_array()) {
    out += '[';
    for (const JsonValue& entry : *array) {
      out += comma;
      Append(entry, out);
      comma = ",";
    }
    out += ']';
  } else {
    AppendCanonicalJson(value, out);
  }
}

}  // namespace

std::string OrderedJson(const JsonValue& value) {
  std::string out;
  Append(value, out);
  return out;
}

}  // namespace sti::codec
