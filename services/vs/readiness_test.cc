#include "services/vs/readiness.h"

#include <gtest/gtest.h>

#include <thread>

namespace sti::vs {
namespace {

using Lacking = std::vector<std::string>;

// What a Readiness tells.
struct Told {
  Lacking lacking = {"never"}, trouble = {"never"};
  ReadinessSink Sink() {
    return [this](const Lacking& now_lacking, const Lacking& now_trouble) {
      lacking = now_lacking;
      trouble = now_trouble;
    };
  }
};

TEST(ReadinessTest, OneDomainIsReportedAsItIs) {
  Told told;
  Readiness readiness({"default"});
  readiness.Start(told.Sink());
  EXPECT_EQ(told.lacking, Lacking{"never"});
  readiness.Report(0, {"no trust list", "x"});
  EXPECT_EQ(told.lacking, (Lacking{"no trust list", "x"}));
  readiness.Report(0, {});
  EXPECT_EQ(told.lacking, Lacking{});
  EXPECT_EQ(told.trouble, Lacking{});
  readiness.Report(0, {"gone"});
  EXPECT_EQ(told.lacking, Lacking{"gone"});
}

TEST(ReadinessTest, OneReadyDomainOfSeveralSufficesAndTheOthersAreTrouble) {
  Told told;
  Readiness readiness({"us", "fr"});
  readiness.Start(told.Sink());
  readiness.Report(0, {"no trust list"});
  EXPECT_EQ(told.lacking, Lacking{"us: no trust list"});
  readiness.Report(1, {"away"});
  EXPECT_EQ(told.lacking, (Lacking{"us: no trust list", "fr: away"}));
  EXPECT_EQ(told.trouble, Lacking{});
  readiness.Report(1, {}, {"CRL not refreshed"});
  EXPECT_EQ(told.lacking, Lacking{});
  EXPECT_EQ(told.trouble, (Lacking{"us: no trust list", "fr: CRL not refreshed"}));
  readiness.Report(0, {});
  readiness.Report(1, {});
  EXPECT_EQ(told.trouble, Lacking{});
}

TEST(ReadinessTest, TroubleOfPartsIsToldBesides) {
  Told told;
  Readiness readiness({"default"});
  readiness.SetTrouble("redis", {"Redis is away"});  // before there is anybody to tell
  readiness.Start(told.Sink());
  EXPECT_EQ(told.trouble, Lacking{"never"});  // nor does it make the daemon serve
  readiness.Report(0, {}, {"old list"});
  EXPECT_EQ(told.lacking, Lacking{});
  EXPECT_EQ(told.trouble, (Lacking{"old list", "Redis is away"}));
  readiness.SetTrouble("disk", {"full"});
  EXPECT_EQ(told.trouble, (Lacking{"old list", "full", "Redis is away"}));
  readiness.SetTrouble("redis", {});
  readiness.SetTrouble("disk", {});
  EXPECT_EQ(told.trouble, Lacking{"old list"});
}

TEST(ReadinessTest, NothingIsToldAfterTheEnd) {
  Told told;
  Readiness readiness({"default"});
  readiness.Start(told.Sink());
  readiness.Report(0, {});
  readiness.Stop();
  readiness.Report(0, {"gone"});
  readiness.SetTrouble("redis", {"away"});
  EXPECT_EQ(told.lacking, Lacking{});
  EXPECT_EQ(told.trouble, Lacking{});
}

TEST(ReadinessTest, TheLastToldIsTheLatest) {
  for (int round = 0; round < 20; ++round) {
    Told told;  // no lock: the sink is called by one thread at a time
    Readiness readiness({"a", "b", "c"});
    readiness.Start(told.Sink());
    std::vector<std::thread> threads;
    for (size_t domain = 0; domain < 3; ++domain) {
      threads.emplace_back([&readiness, domain] {
        for (int i = 0; i < 50; ++i) readiness.Report(domain, {"x"});
        readiness.SetTrouble(std::string(1, static_cast<char>('a' + domain)), {});
        readiness.Report(domain, {});
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(told.lacking, Lacking{});
  }
}

TEST(ReadinessTest, TheSinkMayReport) {
  Lacking told;
  Readiness readiness({"a"});
  readiness.Start([&](const Lacking& lacking, const Lacking&) {
    told = lacking;
    if (!lacking.empty()) readiness.Report(0, {});
  });
  readiness.Report(0, {"x"});
  EXPECT_EQ(told, Lacking{});
}

}  // namespace
}  // namespace sti::vs
