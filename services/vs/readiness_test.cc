#include "services/vs/readiness.h"

#include <gtest/gtest.h>

#include <thread>

namespace sti::vs {
namespace {

using Lacking = std::vector<std::string>;

TEST(ReadinessTest, OneDomainIsReportedAsItIs) {
  Lacking told = {"never"};
  Readiness readiness({"default"}, [&told](const Lacking& lacking) { told = lacking; });
  EXPECT_EQ(told, Lacking{"never"});
  readiness.Report(0, {"no trust list", "x"});
  EXPECT_EQ(told, (Lacking{"no trust list", "x"}));
  readiness.Report(0, {});
  EXPECT_EQ(told, Lacking{});
  readiness.Report(0, {"gone"});
  EXPECT_EQ(told, Lacking{"gone"});
}

TEST(ReadinessTest, OneReadyDomainOfSeveralSuffices) {
  Lacking told;
  Readiness readiness({"us", "fr"}, [&told](const Lacking& lacking) { told = lacking; });
  readiness.Report(0, {"no trust list"});
  EXPECT_EQ(told, Lacking{"us: no trust list"});
  readiness.Report(1, {"away"});
  EXPECT_EQ(told, (Lacking{"us: no trust list", "fr: away"}));
  readiness.Report(1, {});
  EXPECT_EQ(told, Lacking{});
  readiness.Report(0, {"still none"});
  EXPECT_EQ(told, Lacking{});
}

TEST(ReadinessTest, TheLastToldIsTheLatest) {
  for (int round = 0; round < 20; ++round) {
    Lacking told;  // no lock: the sink is called by one thread at a time
    Readiness readiness({"a", "b", "c"}, [&told](const Lacking& lacking) { told = lacking; });
    std::vector<std::thread> threads;
    for (size_t domain = 0; domain < 3; ++domain) {
      threads.emplace_back([&readiness, domain] {
        for (int i = 0; i < 50; ++i) readiness.Report(domain, {"x"});
        readiness.Report(domain, {});
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(told, Lacking{});
  }
}

TEST(ReadinessTest, TheSinkMayReport) {
  Lacking told;
  Readiness* self = nullptr;
  Readiness readiness({"a"}, [&](const Lacking& lacking) {
    told = lacking;
    if (!lacking.empty()) self->Report(0, {});
  });
  self = &readiness;
  readiness.Report(0, {"x"});
  EXPECT_EQ(told, Lacking{});
}

}  // namespace
}  // namespace sti::vs
