// Project Wycheproof's attacks on ECDSA; tests/vectors/wycheproof/ORIGIN.md tells the form of the files.
#include <array>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "common/crypto/ecdsa_der.h"
#include "common/crypto/es256.h"
#include "gtest/gtest.h"

namespace sti::crypto {
namespace {

struct Counts {
  int valid = 0;
  int refused = 0;
};

std::string Octets(const std::string& hex) { return hex == "-" ? "" : absl::HexStringToBytes(hex); }

// Feeds each case of the file to `verify`, which must accept the valid ones and no others.
template <typename Verify>
Counts Judge(const std::string& name, Verify verify) {
  Counts counts;
  std::ifstream file("tests/vectors/wycheproof/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  std::optional<VerifyingKey> key;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string number, result, message, signature;
    words >> number >> result >> message >> signature;
    if (number == "#") continue;
    if (number == "key") {
      const std::string point = Octets(result);
      key = VerifyingKey::FromCoordinates(point.substr(1, 32), point.substr(33)).value();
      continue;
    }
    const bool valid = result == "valid";
    EXPECT_EQ(verify(*key, Octets(message), Octets(signature)), valid) << line;
    ++(valid ? counts.valid : counts.refused);
  }
  return counts;
}

TEST(Wycheproof, RawSignatures) {
  const Counts counts = Judge("ecdsa_secp256r1_sha256_p1363.txt",
                              [](const VerifyingKey& key, const std::string& message,
                                 const std::string& signature) { return key.Verify(message, signature); });
  EXPECT_EQ(counts.valid, 146);
  EXPECT_EQ(counts.refused, 73);
}

TEST(Wycheproof, DerSignatures) {
  const Counts counts =
      Judge("ecdsa_secp256r1_sha256_der.txt",
            [](const VerifyingKey& key, const std::string& message, const std::string& signature) {
              std::array<char, 64> raw;
              return EcdsaDerToRaw(signature, raw) &&
                     key.Verify(message, absl::string_view(raw.data(), raw.size()));
            });
  EXPECT_EQ(counts.valid, 147);
  EXPECT_EQ(counts.refused, 240);
}

}  // namespace
}  // namespace sti::crypto
