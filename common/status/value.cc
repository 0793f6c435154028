#include "common/status/page.h"

namespace sti::status {

Value Code(std::string text) {
  Value value(std::move(text));
  value.code = true;
  return value;
}
Value Good(std::string text) { return Value(std::move(text), Level::kGood); }
Value Warning(std::string text) { return Value(std::move(text), Level::kWarning); }
Value Bad(std::string text) { return Value(std::move(text), Level::kBad); }

}  // namespace sti::status
