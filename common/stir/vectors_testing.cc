#include "common/stir/vectors_testing.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace sti::stir {

std::string ReadVector(absl::string_view name) {
  std::ifstream file(absl::StrCat("tests/vectors/", name), std::ios::binary);
  if (!file) {
    fprintf(stderr, "cannot read tests/vectors/%s\n", std::string(name).c_str());
    abort();
  }
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

codec::JsonValue JsonVector(absl::string_view name) {
  return codec::ParseJson(ReadVector(name), size_t{4} * 1024 * 1024).value();
}

std::string TextOf(const codec::JsonValue& object, absl::string_view name) {
  const codec::JsonValue* member = object.Find(name);
  if (member == nullptr || !member->is_string()) {
    fprintf(stderr, "no string %s in the vectors\n", std::string(name).c_str());
    abort();
  }
  return *member->if_string();
}

pki::Certificate DemoCertificate(absl::string_view name) {
  return pki::Certificate::ParsePem(ReadVector(absl::StrCat("demo-pki/", name))).value();
}

std::shared_ptr<const crypto::SigningKey> DemoKey(absl::string_view name) {
  return crypto::SigningKey::FromPem(ReadVector(absl::StrCat("demo-pki/", name))).value();
}

std::string DemoToken(absl::string_view name) { return TextOf(JsonVector("demo-pki/tokens.json"), name); }

absl::Time DemoTime() { return absl::FromUnixSeconds(1735689600); }

}  // namespace sti::stir
