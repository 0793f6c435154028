// Runs small_daemon as a process of its own.
#include "common/daemon/daemon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"

namespace sti::daemon {
namespace {

using ::sti::testing::Finished;
using ::sti::testing::Subprocess;
using ::sti::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kDaemon[] = "common/daemon/small_daemon";

class DaemonTest : public ::testing::Test {
 protected:
  std::string Config(const std::string& spc, const std::string& more = "") const {
    const std::string open = ", plaintext_without_authentication: true}";
    return dir_.Write("as.yaml", absl::StrCat("grpc: {listen: 'localhost:0'", open,
                                              "\nstate_dir: state\nproviders: [{name: test, spc: ", spc,
                                              ", organization: Test}]\nport_file: ports\n", more));
  }
  bool PortFileExists() const { return access(dir_.File("ports").c_str(), F_OK) == 0; }

  TempDir dir_;
};

TEST_F(DaemonTest, VersionIsPrinted) {
  const Finished run = testing::Run({kDaemon, "--version"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.out, "sti-small 0.1.0\n");
}

TEST_F(DaemonTest, UsageErrorsExitWithTwoAndTeach) {
  const std::vector<std::vector<std::string>> wrong = {
      {kDaemon}, {kDaemon, "--nonsense"}, {kDaemon, "--config"}, {kDaemon, "--config", "x", "y"}};
  for (const std::vector<std::string>& arguments : wrong) {
    const Finished run = testing::Run(arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err, StartsWith("sti-small: "));
    EXPECT_THAT(run.err, HasSubstr("usage: sti-small --config FILE"));
  }
  EXPECT_EQ(testing::Run({kDaemon, "--help"}).exit_code, 0);
}

TEST_F(DaemonTest, GoodConfigurationIsOk) {
  const Finished run = testing::Run({kDaemon, "--check_config", "--config=" + Config("1234")});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.out, "OK\n");
  EXPECT_EQ(run.err, "");
}

TEST_F(DaemonTest, AllProblemsOfTheConfigurationAreTold) {
  const std::string file = Config("1234", "freshness_seconds: 0\nnonsense: 1\n");
  const Finished run = testing::Run({kDaemon, "--config", file, "--check_config"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, StartsWith(absl::StrCat(file, ":5:20: freshness_seconds: must be 1 to 3600, not 0\n",
                                               file, ":6:1: nonsense: unknown key")));
}

TEST_F(DaemonTest, WhatTheDaemonsOwnCheckFindsIsTold) {
  const std::string file = Config("bad");
  const Finished run = testing::Run({kDaemon, "--config", file});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_EQ(run.err, absl::StrCat(file, ": spc: must be 1 to 10 characters?of A-Z, 0-9\n"));
}

TEST_F(DaemonTest, ErrorOfTheRunExitsWithOneInOneLine) {
  const Finished run = testing::Run({kDaemon, "--config", Config("fail")});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.err, "sti-small: address 127.0.0.1:7001 is already in use\n");
}

TEST_F(DaemonTest, SignalsStopItAndThePortFileGoes) {
  for (const int signal_number : {SIGTERM, SIGINT}) {
    dir_.Write("ports", "grpc=1\n");  // of a predecessor that was killed
    Subprocess daemon({kDaemon, "--config", Config("1234")});
    ASSERT_EQ(daemon.ReadLine(), "ready");
    EXPECT_EQ(dir_.Read("ports"), "grpc=7001\nhttps=8443\n");
    daemon.Signal(SIGPIPE);  // ignored
    daemon.Signal(signal_number);
    const Finished run = daemon.Wait();
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.err, HasSubstr("info sti-small listening server=https port=8443"));
    EXPECT_THAT(run.err, HasSubstr(signal_number == SIGINT ? "signal=SIGINT" : "signal=SIGTERM"));
    EXPECT_FALSE(PortFileExists());
  }
}

TEST_F(DaemonTest, HangUpLoadsTheFilesAgainAndStopsNothing) {
  Subprocess daemon({kDaemon, "--config", Config("1234")});
  ASSERT_EQ(daemon.ReadLine(), "ready");
  for (int i = 0; i < 2; ++i) {
    daemon.Signal(SIGHUP);
    ASSERT_EQ(daemon.ReadLine(), "loaded") << "changed or not";
  }
  daemon.Signal(SIGTERM);
  const Finished run = daemon.Wait();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.err, HasSubstr(R"("files reloaded" of=test now="in force")"));
}

TEST_F(DaemonTest, SecondSignalEndsItAtOnce) {
  Subprocess daemon({kDaemon, "--config", Config("hang")});
  ASSERT_EQ(daemon.ReadLine(), "ready");
  daemon.Signal(SIGTERM);
  ASSERT_EQ(daemon.ReadLine(), "hanging");
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.Wait().exit_code, 128 + SIGTERM);
}

TEST_F(DaemonTest, StalePortFileIsGoneWhenTheStartFails) {
  dir_.Write("ports", "grpc=1\n");
  EXPECT_EQ(testing::Run({kDaemon, "--config", Config("fail")}).exit_code, 1);
  EXPECT_FALSE(PortFileExists());
}

TEST_F(DaemonTest, LogFollowsTheConfiguration) {
  Subprocess daemon({kDaemon, "--config", Config("1234", "log: {format: json}\n")});
  ASSERT_EQ(daemon.ReadLine(), "ready");
  daemon.Signal(SIGTERM);
  EXPECT_THAT(daemon.Wait().err,
              HasSubstr(R"("program":"sti-small","event":"listening","server":"grpc","port":"7001"})"));
}

}  // namespace
}  // namespace sti::daemon
