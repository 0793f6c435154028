// JSON for readers who expect members in a customary order. What gets signed is CanonicalJson's affair
// (json.h).
#ifndef COMMON_CODEC_JSON_TEXT_H_
#define COMMON_CODEC_JSON_TEXT_H_

#include <string>

#include "common/codec/json.h"

namespace sti::codec {

// As CanonicalJson, but members stand in the order that the objects hold them in.
std::string OrderedJson(const JsonValue& value);

}  // namespace sti::codec

#endif  // COMMON_CODEC_JSON_TEXT_H_
