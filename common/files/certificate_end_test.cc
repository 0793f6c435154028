#include "common/files/certificate_end.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/strip.h"
#include "common/base/reason.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"

namespace sti::files {
namespace {

TEST(CertificateEndTest, TheEndIsThatWhichOpensslSays) {
  const testing::TempDir dir;
  const std::string key = dir.File("key.pem"), certificate = dir.File("certificate.pem");
  ASSERT_EQ(testing::Run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                          "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=x", "-days", "3"})
                .exit_code,
            0);
  const auto said =
      testing::Run({"openssl", "x509", "-in", certificate, "-noout", "-enddate", "-dateopt", "iso_8601"});
  const auto end = ReadEnd(certificate);
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(absl::StripSuffix(said.out, "\n"),
            absl::FormatTime("notAfter=%Y-%m-%d %H:%M:%SZ", *end, absl::UTCTimeZone()));
}

TEST(CertificateEndTest, WhatIsNoCertificateHasNoEnd) {
  const testing::TempDir dir;
  EXPECT_EQ(ReasonOf(ReadEnd(dir.File("nothing")).status()), Reason::kConfigInvalid);
  EXPECT_EQ(ReasonOf(ReadEnd(dir.Write("text", "x")).status()), Reason::kConfigInvalid);
}

}  // namespace
}  // namespace sti::files
