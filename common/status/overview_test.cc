#include "common/status/overview.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <variant>

#include "absl/strings/match.h"

namespace sti::status {
namespace {

http::HttpRequest Asking(const std::string& method) {
  http::HttpRequest request;
  request.method = method;
  request.target = "/";
  return request;
}

TEST(OverviewTest, EveryReaderGetsANewPage) {
  int made = 0;
  const Overview overview([&made] {
    Page page;
    page.program = "sti-x";
    page.title = "page " + std::to_string(++made);
    return page;
  });
  EXPECT_TRUE(absl::StrContains(overview.Answer(Asking("GET")).body, "page 1"));
  const http::HttpResponse second = overview.Answer(Asking("GET"));
  EXPECT_EQ(second.status, 200);
  EXPECT_TRUE(absl::StrContains(second.body, "page 2"));
}

TEST(OverviewTest, NothingButGet) {
  const Overview overview([] { return Page(); });
  for (const char* method : {"POST", "PUT", "DELETE", "get"}) {
    EXPECT_EQ(overview.Answer(Asking(method)).status, 405) << method;
  }
}

TEST(OverviewTest, TwoMayWaitAndNoMore) {
  std::promise<void> go;
  const std::shared_future<void> going(go.get_future());
  std::promise<void> entered[2];
  std::atomic<int> place{0};
  const Overview overview([&] {
    entered[place++].set_value();
    going.wait();
    return Page();
  });
  std::thread first([&] { EXPECT_EQ(overview.Answer(Asking("GET")).status, 200); });
  std::thread second([&] { EXPECT_EQ(overview.Answer(Asking("GET")).status, 200); });
  for (auto& one : entered) one.get_future().wait();
  EXPECT_EQ(overview.Answer(Asking("GET")).status, 503);
  go.set_value();
  first.join();
  second.join();
}

TEST(TlsSectionTest, AFileThatCannotBeReadIsShown) {
  const Section section = TlsSection({{"grpc", "/no/such.pem"}, {"rest", ""}}, absl::UnixEpoch());
  ASSERT_EQ(section.blocks.size(), 1u);
  const auto& table = std::get<Table>(section.blocks[0]);
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_EQ(table.rows[0][0].text, "grpc");
  EXPECT_TRUE(absl::StrContains(table.rows[0][2].text, "/no/such.pem")) << table.rows[0][2].text;
}

}  // namespace
}  // namespace sti::status
