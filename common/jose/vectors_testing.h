// Published keys and tokens for the tests of this room; tests/vectors/ORIGIN.md tells where they come from.
#ifndef COMMON_JOSE_VECTORS_TESTING_H_
#define COMMON_JOSE_VECTORS_TESTING_H_

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "common/codec/base64url.h"
#include "common/codec/json.h"
#include "common/crypto/es256.h"

namespace sti::jose {

// Aborts when the file is missing or no JSON.
inline codec::JsonValue VectorFile(const std::string& name) {
  std::ifstream file("tests/vectors/" + name);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return codec::ParseJson(text, 1 << 20).value();
}

// A string found by the names of members. Aborts when there is none.
inline std::string VectorText(const codec::JsonValue& vectors, const std::vector<std::string>& names) {
  const codec::JsonValue* value = &vectors;
  for (const std::string& name : names) {
    value = value->Find(name);
    if (value == nullptr) abort();
  }
  return *value->if_string();
}

inline crypto::VerifyingKey VectorKey(const codec::JsonValue& vectors, const std::string& name) {
  const std::string spki = codec::Base64Decode(VectorText(vectors, {name, "spki_base64"})).value();
  return crypto::VerifyingKey::FromSpki(spki).value();
}

}  // namespace sti::jose

#endif  // COMMON_JOSE_VECTORS_TESTING_H_
