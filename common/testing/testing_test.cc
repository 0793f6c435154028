#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "common/testing/fake_clock.h"
#include "common/testing/sequence_random.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"

namespace sti::testing {
namespace {

using ::testing::HasSubstr;

TEST(FakeClockTest, StandsStillUntilToldOtherwise) {
  const absl::Time start = absl::FromUnixMillis(1700000000123);
  FakeClock clock(start);
  EXPECT_EQ(clock.TimeNow(), start);
  clock.Advance(absl::Seconds(61));
  EXPECT_EQ(clock.TimeNow(), start + absl::Seconds(61));
  clock.Set(start - absl::Hours(1));
  EXPECT_EQ(clock.TimeNow(), start - absl::Hours(1));
}

TEST(SequenceRandomTest, RepeatsFromRunToRunAndNeverWithinOne) {
  const SequenceRandom one(7), same(7), other(8);
  const std::string first = *one.Bytes(16);
  EXPECT_EQ(first.size(), 16U);
  EXPECT_EQ(first, *same.Bytes(16));
  EXPECT_NE(first, *other.Bytes(16));
  EXPECT_NE(first, *one.Bytes(16));
  EXPECT_EQ(one.Bytes(0)->size(), 0U);
  EXPECT_EQ(one.Bytes(33)->size(), 33U);
  EXPECT_FALSE(FailingRandom().Bytes(1).ok());
}

TEST(TempDirTest, FilesHaveTheirModesAndTheFolderGoes) {
  auto dir = std::make_unique<TempDir>();
  const std::string path = dir->path();
  const std::string file = dir->Write("a/b", "text", 0640);
  struct stat about {};
  ASSERT_EQ(stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777, 0640U);
  EXPECT_EQ(dir->Read("a/b"), "text");
  dir.reset();
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

TEST(SubprocessTest, OutputsAndExitCodeArrive) {
  const Finished run = testing::Run({"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(run.out, "out\n");
  EXPECT_EQ(run.err, "err\n");
}

TEST(SubprocessTest, LinesAreReadAndSignalsSent) {
  Subprocess cat({"sh", "-c", "echo one; echo two; printf rest; exec sleep 1000"});
  EXPECT_EQ(cat.ReadLine(), "one");
  EXPECT_EQ(cat.ReadLine(), "two");
  cat.Signal(SIGTERM);
  const Finished run = cat.Wait();
  EXPECT_EQ(run.exit_code, 128 + SIGTERM);
}

TEST(TlsMaterialTest, OpensslJudgesTheCertificatesAsMeant) {
  TlsMaterial tls;
  const auto verify = [&tls](const std::string& certificate, const std::string& purpose) {
    return testing::Run({"openssl", "verify", "-CAfile", tls.ca_file(), "-purpose", purpose, certificate});
  };
  EXPECT_EQ(verify(tls.Server().certificate_file, "sslserver").exit_code, 0);
  EXPECT_EQ(verify(tls.Client("a.example").certificate_file, "sslclient").exit_code, 0);
  EXPECT_THAT(verify(tls.ExpiredClient("a.example").certificate_file, "sslclient").err, HasSubstr("expired"));
  EXPECT_NE(verify(tls.ForeignClient("a.example").certificate_file, "sslclient").exit_code, 0);
}

}  // namespace
}  // namespace sti::testing
