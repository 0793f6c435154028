#include "common/files/tls_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "common/base/reason.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"

namespace sti::files {
namespace {

using ::sti::testing::TlsFiles;
using ::testing::ContainsRegex;

class TlsFilesTest : public ::testing::Test {
 protected:
  // Reason and field.
  static std::string Refused(const absl::Status& status) {
    return std::string(ReasonName(ReasonOf(status))) + " " + FieldOf(status);
  }
  std::string Refused(const std::string& certificate, const std::string& key) const {
    return Refused(ReadTlsIdentity(certificate, key).status());
  }

  testing::TlsMaterial tls_;
  testing::TempDir dir_;
};

TEST_F(TlsFilesTest, GoodPairIsReadAndTaken) {
  const TlsFiles files = tls_.Server();
  const auto identity = ReadTlsIdentity(files.certificate_file, files.key_file);
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_THAT(Describe(*identity), ContainsRegex("^serial [0-9A-F]+, until 20..-..-..T..:..:..Z$"));
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_method()), &SSL_CTX_free);
  EXPECT_TRUE(UseTlsIdentity(context.get(), *identity).ok());
  EXPECT_EQ(SSL_CTX_check_private_key(context.get()), 1);
  EXPECT_TRUE(UseAuthorities(context.get(), tls_.ca_pem()).ok());
}

TEST_F(TlsFilesTest, PairThatDoesNotMatchIsRefused) {
  EXPECT_EQ(Refused(tls_.Server().certificate_file, tls_.Server().key_file), "KEY_MISMATCH key_file");
}

TEST_F(TlsFilesTest, MissingEmptyAndHalfFilesAreRefused) {
  const TlsFiles files = tls_.Server();
  std::string whole;
  for (FILE* file = fopen(files.certificate_file.c_str(), "r"); file != nullptr; file = nullptr) {
    char text[4096];
    whole.assign(text, fread(text, 1, sizeof(text), file));
    fclose(file);
  }
  EXPECT_EQ(Refused("", files.key_file), "CONFIG_INVALID certificate_file");
  EXPECT_EQ(Refused("/nonexistent", files.key_file), "CONFIG_INVALID certificate_file");
  EXPECT_EQ(Refused(dir_.Write("empty", ""), files.key_file), "CONFIG_INVALID certificate_file");
  EXPECT_EQ(Refused(dir_.Write("half", whole.substr(0, whole.size() / 2)), files.key_file),
            "CONFIG_INVALID certificate_file");
  EXPECT_EQ(Refused(dir_.Write("chain", whole + whole.substr(0, whole.size() / 2)), files.key_file),
            "CONFIG_INVALID certificate_file");
  EXPECT_EQ(Refused(files.certificate_file, ""), "CONFIG_INVALID key_file");
  EXPECT_EQ(Refused(files.certificate_file, "/nonexistent"), "CONFIG_INVALID key_file");
  EXPECT_EQ(Refused(files.certificate_file, dir_.Write("none", "")), "CONFIG_INVALID key_file");
}

TEST_F(TlsFilesTest, KeyThatOthersMayReadIsRefused) {
  const TlsFiles files = tls_.Server();
  chmod(files.key_file.c_str(), 0640);
  EXPECT_EQ(Refused(files.certificate_file, files.key_file), "KEY_PERMISSIONS key_file");
  chmod(files.key_file.c_str(), 0400);
  EXPECT_EQ(Refused(files.certificate_file, files.key_file), "NONE ");
}

TEST_F(TlsFilesTest, KeyTooShortForTlsIsRefused) {
  const std::string certificate = dir_.File("weak.pem"), key = dir_.File("weak.key");
  ASSERT_EQ(testing::Run({"openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", key, "-out",
                          certificate, "-days", "1", "-subj", "/CN=weak"})
                .exit_code,
            0);
  chmod(key.c_str(), 0600);
  EXPECT_EQ(Refused(certificate, key), "CONFIG_INVALID certificate_file");
}

TEST_F(TlsFilesTest, AuthoritiesAreWholeCertificatesWithCommentsBetween) {
  const std::string pem = tls_.ca_pem();
  EXPECT_TRUE(ReadAuthorities("ca_file", dir_.Write("two", "# old\n" + pem + "# new\n" + pem)).ok());
  const std::string torn = dir_.Write("torn", pem + pem.substr(0, pem.size() / 2));
  EXPECT_EQ(Refused(ReadAuthorities("ca_file", torn).status()), "CONFIG_INVALID ca_file");
  EXPECT_EQ(Refused(ReadAuthorities("ca_file", dir_.Write("none", "x")).status()), "CONFIG_INVALID ca_file");
  EXPECT_EQ(Refused(ReadAuthorities("ca_file", dir_.path()).status()), "CONFIG_INVALID ca_file");
}

}  // namespace
}  // namespace sti::files
