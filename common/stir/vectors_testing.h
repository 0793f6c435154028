// tests/vectors for the tests of this room. Everything aborts the test program when a file is not as
// expected.
#ifndef COMMON_STIR_VECTORS_TESTING_H_
#define COMMON_STIR_VECTORS_TESTING_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/codec/json.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"

namespace sti::stir {

// `name` below tests/vectors.
std::string ReadVector(absl::string_view name);
codec::JsonValue JsonVector(absl::string_view name);
// A string member.
std::string TextOf(const codec::JsonValue& object, absl::string_view name);

// From tests/vectors/demo-pki.
pki::Certificate DemoCertificate(absl::string_view name);
std::shared_ptr<const crypto::SigningKey> DemoKey(absl::string_view name);
std::string DemoToken(absl::string_view name);  // of tokens.json
// The iat of the demo PASSporTs: 2025-01-01T00:00:00Z.
absl::Time DemoTime();

}  // namespace sti::stir

#endif  // COMMON_STIR_VECTORS_TESTING_H_
