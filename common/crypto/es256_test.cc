#include "common/crypto/es256.h"

#include <openssl/err.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::crypto {
namespace {

using ::testing::HasSubstr;
using KeyPtr = std::shared_ptr<const SigningKey>;

// RFC 6979 A.2.5.
constexpr char kPrivate[] = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
constexpr char kX[] = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
constexpr char kY[] = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr char kSampleR[] = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
constexpr char kSampleS[] = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
constexpr char kTestR[] = "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367";
constexpr char kTestS[] = "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083";
// FIPS 186-4 D.1.2.3.
constexpr char kOrder[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

std::string Bytes(const std::string& hex) { return absl::HexStringToBytes(hex); }

VerifyingKey PublishedKey() { return VerifyingKey::FromCoordinates(Bytes(kX), Bytes(kY)).value(); }

// SEC 1 C.4, by hand.
std::string Sec1Der(const std::string& d, const std::string& x, const std::string& y) {
  return Bytes("30770201010420" + d + "a00a06082a8648ce3d030107a14403420004" + x + y);
}
std::string Pem(const std::string& label, const std::string& der) {
  return absl::StrCat("-----BEGIN ", label, "-----\n", absl::Base64Escape(der), "\n-----END ", label,
                      "-----\n");
}
std::string PublishedPem() { return Pem("EC PRIVATE KEY", Sec1Der(kPrivate, kX, kY)); }

template <typename T>
void ExpectInvalid(const absl::StatusOr<T>& result, const std::string& what) {
  EXPECT_EQ(ReasonOf(result.status()), Reason::kKeyInvalid) << result.status();
  EXPECT_THAT(std::string(result.status().message()), HasSubstr(what));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(VerifyingKey, PublishedSignaturesVerify) {
  EXPECT_TRUE(PublishedKey().Verify("sample", Bytes(std::string(kSampleR) + kSampleS)));
  EXPECT_TRUE(PublishedKey().Verify("test", Bytes(std::string(kTestR) + kTestS)));
}

TEST(VerifyingKey, OtherMessagesAndSignaturesDoNotVerify) {
  const VerifyingKey key = PublishedKey();
  const std::string good = Bytes(std::string(kSampleR) + kSampleS);
  EXPECT_FALSE(key.Verify("test", good));
  EXPECT_FALSE(key.Verify("", good));
  EXPECT_FALSE(key.Verify("sample", Bytes(std::string(kSampleS) + kSampleR)));
  for (size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string wrong = good;
    wrong[bit / 8] = static_cast<char>(wrong[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(key.Verify("sample", wrong)) << bit;
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(VerifyingKey, SignaturesHaveSixtyFourOctets) {
  const VerifyingKey key = PublishedKey();
  const std::string good = Bytes(std::string(kTestR) + kTestS);
  EXPECT_FALSE(key.Verify("test", ""));
  EXPECT_FALSE(key.Verify("test", good.substr(0, 63)));
  EXPECT_FALSE(key.Verify("test", good + std::string(1, '\0')));
  EXPECT_FALSE(key.Verify("test", Bytes(std::string("3045022100") + kTestR + "0220" + kTestS)));  // DER
}

TEST(VerifyingKey, NumbersOutsideOfTheirRangeDoNotVerify) {
  const VerifyingKey key = PublishedKey();
  const std::string zero(64, '0');
  const std::string one = zero.substr(1) + "1";
  for (const std::string& r : {zero, std::string(kOrder), std::string(64, 'f')}) {
    EXPECT_FALSE(key.Verify("test", Bytes(r + kTestS)));
    EXPECT_FALSE(key.Verify("test", Bytes(kTestR + r)));
    EXPECT_FALSE(key.Verify("test", Bytes(r + r)));
    EXPECT_FALSE(key.Verify("test", Bytes(r + one)));
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(VerifyingKey, PartsAndEquality) {
  const VerifyingKey key = PublishedKey();
  EXPECT_EQ(absl::BytesToHexString(key.X()), kX);
  EXPECT_EQ(absl::BytesToHexString(key.Y()), kY);
  EXPECT_EQ(absl::BytesToHexString(key.Spki()),
            absl::StrCat("3059301306072a8648ce3d020106082a8648ce3d03010703420004", kX, kY));
  EXPECT_TRUE(VerifyingKey::FromSpki(key.Spki()).value() == key);
  EXPECT_TRUE(VerifyingKey::FromEvp(key.evp()).value() == key);
  EXPECT_FALSE(SigningKey::Generate().value()->public_key() == key);
}

TEST(VerifyingKey, CoordinatesMustBeAPointOfTheCurve) {
  const std::string x = Bytes(kX), y = Bytes(kY);
  ExpectInvalid(VerifyingKey::FromCoordinates(x, x), "not on P-256");
  ExpectInvalid(VerifyingKey::FromCoordinates(y, x), "not on P-256");
  ExpectInvalid(VerifyingKey::FromCoordinates(std::string(32, 0), std::string(32, 0)), "not on P-256");
  ExpectInvalid(VerifyingKey::FromCoordinates(std::string(32, -1), y), "not on P-256");
  ExpectInvalid(VerifyingKey::FromCoordinates(x.substr(1), y), "32 octets");
  ExpectInvalid(VerifyingKey::FromCoordinates(x, y + std::string(1, '\0')), "32 octets");
  ExpectInvalid(VerifyingKey::FromCoordinates("", ""), "32 octets");
}

TEST(VerifyingKey, SpkiMustBeWholeAndAlone) {
  const std::string spki = PublishedKey().Spki();
  ExpectInvalid(VerifyingKey::FromSpki(""), "not a SubjectPublicKeyInfo");
  ExpectInvalid(VerifyingKey::FromSpki("junk"), "not a SubjectPublicKeyInfo");
  ExpectInvalid(VerifyingKey::FromSpki(spki.substr(0, 90)), "not a SubjectPublicKeyInfo");
  ExpectInvalid(VerifyingKey::FromSpki(spki + std::string(1, '\0')), "octets after");
  std::string off_curve = spki;
  off_curve.back() ^= 1;
  ExpectInvalid(VerifyingKey::FromSpki(off_curve), "not a SubjectPublicKeyInfo");
}

TEST(VerifyingKey, CompressedPointsAreTheSameKey) {
  const std::string compressed =
      Bytes(absl::StrCat("3039301306072a8648ce3d020106082a8648ce3d030107032200", "03", kX));  // y is odd
  const auto key = VerifyingKey::FromSpki(compressed);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->Spki(), PublishedKey().Spki());
}

TEST(VerifyingKey, NoKeyIsInvalid) { ExpectInvalid(VerifyingKey::FromEvp(nullptr), "P-256"); }

TEST(SigningKey, WhatItSignsVerifiesAndDiffersEachTime) {
  const KeyPtr key = SigningKey::Generate().value();
  std::string last;
  for (int i = 0; i < 200; ++i) {
    const std::string message = absl::StrCat("message ", i);
    const std::string signature = key->Sign(message).value();
    EXPECT_EQ(signature.size(), kEs256SignatureSize);
    EXPECT_NE(signature, last);
    EXPECT_TRUE(key->public_key().Verify(message, signature));
    EXPECT_FALSE(key->public_key().Verify(message + ".", signature));
    last = signature;
  }
}

TEST(SigningKey, ThreadsShareAKey) {
  const KeyPtr key = SigningKey::Generate().value();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&key, t] {
      const VerifyingKey copy = key->public_key();
      for (int i = 0; i < 50; ++i) {
        const std::string message = absl::StrCat(t, "/", i);
        EXPECT_TRUE(copy.Verify(message, key->Sign(message).value()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(SigningKey, ThePublicHalfCarriesNoPrivateOne) {
  const KeyPtr key = SigningKey::FromPem(PublishedPem()).value();
  EXPECT_TRUE(key->public_key() == PublishedKey());
  BIGNUM* number = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key->public_key().evp(), "priv", &number), 0);
  EXPECT_EQ(EVP_PKEY_get_bn_param(key->evp(), "priv", &number), 1);
  BN_free(number);
  ERR_clear_error();
}

TEST(SigningKey, HalvesThatDoNotBelongTogetherAreInvalid) {
  ASSERT_TRUE(SigningKey::FromPem(PublishedPem()).ok());
  const VerifyingKey other = SigningKey::Generate().value()->public_key();
  const std::string mixed =
      Sec1Der(kPrivate, absl::BytesToHexString(other.X()), absl::BytesToHexString(other.Y()));
  ExpectInvalid(SigningKey::FromPem(Pem("EC PRIVATE KEY", mixed)), "does not belong");
}

TEST(SigningKey, PrivateNumbersOutsideOfTheirRangeAreInvalid) {
  for (const std::string& d : {std::string(64, '0'), std::string(kOrder), std::string(64, 'f')}) {
    ExpectInvalid(SigningKey::FromPem(Pem("EC PRIVATE KEY", Sec1Der(d, kX, kY))), "");
  }
}

TEST(SigningKey, APublicKeyCannotSign) {
  ExpectInvalid(SigningKey::FromPem(Pem("PUBLIC KEY", PublishedKey().Spki())), "no private key");
  const VerifyingKey holder = PublishedKey();
  ASSERT_EQ(EVP_PKEY_up_ref(holder.evp()), 1);
  ExpectInvalid(SigningKey::FromEvp(EvpPkeyPtr(holder.evp())), "private key is missing");
  ExpectInvalid(SigningKey::FromEvp(nullptr), "P-256");
}

TEST(SigningKey, PemMustHoldAKey) {
  for (const std::string& pem : {std::string(), std::string("junk"), Pem("EC PRIVATE KEY", "junk"),
                                 Pem("PRIVATE KEY", ""), Pem("CERTIFICATE", Sec1Der(kPrivate, kX, kY))}) {
    ExpectInvalid(SigningKey::FromPem(pem), "no private key");
  }
}

TEST(SigningKey, PemHasABound) {
  std::string pem = PublishedPem();
  pem.resize(limits::kKeyFile, '\n');
  EXPECT_TRUE(SigningKey::FromPem(pem).ok());
  EXPECT_EQ(ReasonOf(SigningKey::FromPem(pem + "\n").status()), Reason::kTooLarge);
}

}  // namespace
}  // namespace sti::crypto
