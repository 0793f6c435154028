// Independent judges: python3-cryptography and the openssl program make and check what Es256 checks and
// makes.
#include <array>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/crypto/ecdsa_der.h"
#include "common/crypto/es256.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::crypto {
namespace {

using testing::Finished;
using ::testing::HasSubstr;
using testing::TempDir;

// Runs the openssl program, which must succeed.
std::string OpenSsl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "/usr/bin/openssl");
  const Finished done = testing::Run(arguments);
  EXPECT_EQ(done.exit_code, 0) << done.err;
  return done.out;
}

// One message a line; each line of the answer is "ok" or the failure.
constexpr char kVerifier[] = R"(
import sys
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives import hashes, serialization
key = serialization.load_der_public_key(bytes.fromhex(sys.argv[1]))
for line in open(sys.argv[2]):
    message, raw = map(bytes.fromhex, line.split())
    assert len(raw) == 64
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(der, message, ec.ECDSA(hashes.SHA256()))
    print("ok")
)";

TEST(Es256Judge, PythonVerifiesWhatIsSigned) {
  const auto key = SigningKey::Generate().value();
  std::string lines;
  for (int i = 0; i < 300; ++i) {  // enough to meet r and s with leading zero octets
    const std::string message = absl::StrCat("message ", i);
    absl::StrAppend(&lines, absl::BytesToHexString(message), " ",
                    absl::BytesToHexString(key->Sign(message).value()), "\n");
  }
  const TempDir folder;
  const Finished judge =
      testing::Run({"/usr/bin/python3", "-I", folder.Write("verify.py", kVerifier),
                    absl::BytesToHexString(key->public_key().Spki()), folder.Write("signatures", lines)});
  EXPECT_EQ(judge.exit_code, 0) << judge.err;
  EXPECT_EQ(judge.out.size(), 300 * 3u);
}

// Makes a private key file with the openssl program and reads it.
class OpenSslKeyTest : public ::testing::Test {
 protected:
  std::string Generate(std::vector<std::string> options) {
    options.insert(options.end(), {"-out", folder_.File("key.pem")});
    OpenSsl(std::move(options));
    return folder_.Read("key.pem");
  }
  std::string PublicDer() {
    OpenSsl({"pkey", "-in", folder_.File("key.pem"), "-pubout", "-outform", "DER", "-out",
             folder_.File("public.der")});
    return folder_.Read("public.der");
  }
  static void ExpectInvalid(const std::string& pem, const std::string& what) {
    const auto key = SigningKey::FromPem(pem);
    EXPECT_EQ(ReasonOf(key.status()), Reason::kKeyInvalid);
    EXPECT_THAT(std::string(key.status().message()), HasSubstr(what));
  }

  const TempDir folder_;
};

const std::vector<std::string> kP256 = {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"};

TEST_F(OpenSslKeyTest, ItsSignaturesVerify) {
  const auto key = SigningKey::FromPem(Generate(kP256));
  ASSERT_TRUE(key.ok()) << key.status();
  const std::string message = folder_.Write("message", "to be signed");
  for (int i = 0; i < 5; ++i) {
    OpenSsl(
        {"dgst", "-sha256", "-sign", folder_.File("key.pem"), "-out", folder_.File("signature"), message});
    std::array<char, 64> raw;
    ASSERT_TRUE(EcdsaDerToRaw(folder_.Read("signature"), raw));
    EXPECT_TRUE((*key)->public_key().Verify("to be signed", absl::string_view(raw.data(), raw.size())));
  }
}

TEST_F(OpenSslKeyTest, Pkcs8AndSec1WithAndWithoutParametersAreRead) {
  const std::vector<std::vector<std::string>> forms = {
      kP256,
      {"ecparam", "-name", "prime256v1", "-genkey", "-noout"},
      {"ecparam", "-name", "prime256v1", "-genkey"},
  };
  for (const auto& form : forms) {
    const std::string pem = Generate(form);
    const auto key = SigningKey::FromPem(pem);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ((*key)->public_key().Spki(), PublicDer());
  }
}

TEST_F(OpenSslKeyTest, EncryptedKeysAreRefusedWithoutAQuestion) {
  Generate(kP256);
  const std::string in = folder_.File("key.pem");
  const std::string out = folder_.File("encrypted.pem");
  OpenSsl({"pkey", "-in", in, "-aes256", "-passout", "pass:secret", "-out", out});
  ASSERT_THAT(folder_.Read("encrypted.pem"), HasSubstr("BEGIN ENCRYPTED PRIVATE KEY"));
  ExpectInvalid(folder_.Read("encrypted.pem"), "is encrypted");
  OpenSsl({"ec", "-in", in, "-aes256", "-passout", "pass:secret", "-out", out});
  ASSERT_THAT(folder_.Read("encrypted.pem"), HasSubstr("Proc-Type: 4,ENCRYPTED"));
  ExpectInvalid(folder_.Read("encrypted.pem"), "is encrypted");
}

TEST_F(OpenSslKeyTest, OtherKeysAreRefused) {
  const std::vector<std::vector<std::string>> forms = {
      {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"},
      {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"},
      {"genpkey", "-algorithm", "ED25519"},
      {"genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"},
      // The right curve, but spelt out: its parameters could be anybody's.
      {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt",
       "ec_param_enc:explicit"},
  };
  for (const auto& form : forms) {
    ExpectInvalid(Generate(form), "named curve P-256");
    EXPECT_EQ(ReasonOf(VerifyingKey::FromSpki(PublicDer()).status()), Reason::kKeyInvalid);
  }
}

}  // namespace
}  // namespace sti::crypto
