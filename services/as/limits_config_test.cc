#include "services/as/limits_config.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::as {
namespace {

std::string Refused(const sti::config::v1::SigningLimits& config) {
  const absl::Status status = LimitsFrom(config).status();
  return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
}

TEST(LimitsConfigTest, LeftOutThereIsNoRate) {
  const auto options = LimitsFrom({});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->calls_per_second, 0);
  EXPECT_EQ(options->max_in_flight, 10000);
  EXPECT_TRUE(options->clients.empty());
}

TEST(LimitsConfigTest, LimitsAreTakenOver) {
  sti::config::v1::SigningLimits config;
  config.set_calls_per_second(1000);
  config.set_max_calls_in_flight(7);
  auto& named = *config.add_clients();
  named.add_clients("a");
  named.add_clients("b");
  named.set_calls_per_second(10);
  named.set_burst(20);
  named.set_calls_per_day(30);
  config.add_clients()->set_calls_per_day(5);
  const auto options = LimitsFrom(config);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->calls_per_second, 1000);
  EXPECT_EQ(options->max_in_flight, 7);
  ASSERT_EQ(options->clients.size(), 2u);
  EXPECT_EQ(options->clients[0].clients, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options->clients[0].calls_per_second, 10);
  EXPECT_EQ(options->clients[0].burst, 20);
  EXPECT_EQ(options->clients[0].calls_per_day, 30);
  EXPECT_EQ(options->clients[1].calls_per_day, 5);
}

TEST(LimitsConfigTest, WhatCouldNeverCountIsRefused) {
  sti::config::v1::SigningLimits twice;
  twice.add_clients()->add_clients("a");
  twice.add_clients()->add_clients("a");
  EXPECT_EQ(Refused(twice), "CONFIG_INVALID limits.clients[1].clients");
  sti::config::v1::SigningLimits others;
  others.add_clients();
  others.add_clients();
  EXPECT_EQ(Refused(others), "CONFIG_INVALID limits.clients[1].clients");
  sti::config::v1::SigningLimits empty;
  empty.add_clients()->add_clients("");
  EXPECT_EQ(Refused(empty), "CONFIG_INVALID limits.clients[0].clients");
  sti::config::v1::SigningLimits burst;
  burst.add_clients()->set_burst(5);
  EXPECT_EQ(Refused(burst), "CONFIG_INVALID limits.clients[0].burst");
}

}  // namespace
}  // namespace sti::as
