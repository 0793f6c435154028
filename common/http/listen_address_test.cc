#include "common/http/listen_address.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "common/base/reason.h"

namespace sti::http {
namespace {

TEST(ListenAddress, HostAndPortComeApart) {
  EXPECT_EQ(ParseListenAddress("127.0.0.1:8443")->host, "127.0.0.1");
  EXPECT_EQ(ParseListenAddress("127.0.0.1:8443")->port, "8443");
  EXPECT_EQ(ParseListenAddress("[::1]:0")->host, "::1");
  EXPECT_EQ(ParseListenAddress("localhost:65535")->port, "65535");
}

TEST(ListenAddress, AnythingElseIsRefusedWithItsText) {
  for (const char* listen :
       {"", "localhost", ":8443", "localhost:", "localhost:65536", "localhost:-1", "localhost:http",
        "localhost:+1", "::1:8443", "[::1]", "[]:1", "[::1:8443", "::1]:8443"}) {
    const absl::Status status = ParseListenAddress(listen).status();
    EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid) << listen;
    EXPECT_EQ(FieldOf(status), "listen");
    EXPECT_TRUE(absl::StrContains(status.message(), listen)) << status;
  }
}

}  // namespace
}  // namespace sti::http
