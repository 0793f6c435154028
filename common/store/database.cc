#include "common/store/database.h"

namespace sti::store {

int64_t AsInt(const SqlValue& value) {
  const auto* integer = std::get_if<int64_t>(&value);
  return integer == nullptr ? 0 : *integer;
}

std::string AsText(const SqlValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : *text;
}

std::string AsBlob(const SqlValue& value) {
  const auto* blob = std::get_if<Blob>(&value);
  return blob == nullptr ? std::string() : blob->octets;
}

}  // namespace sti::store
