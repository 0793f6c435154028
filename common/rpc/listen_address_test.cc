#include "common/rpc/listen_address.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/testing/ipv6.h"

namespace sti::rpc {
namespace {

using ::testing::HasSubstr;

// Lets go of what it got.
absl::Status CheckListenAddress(const std::string& listen) {
  const auto sockets = OpenListenSockets(listen);
  if (!sockets.ok()) return sockets.status();
  EXPECT_GT(sockets->port, 0);
  EXPECT_FALSE(sockets->fds.empty());
  for (const int fd : sockets->fds) close(fd);
  return absl::OkStatus();
}

// Listens on 127.0.0.1.
class Listener {
 public:
  Listener() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(fd_, 1), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(fd_); }
  int port() const { return port_; }

 private:
  const int fd_;
  int port_ = 0;
};

TEST(ListenAddressTest, LoopbackAndWildcardAreFine) {
  for (const char* listen : {"127.0.0.1:0", "0.0.0.0:0", "localhost:0"}) {
    EXPECT_TRUE(CheckListenAddress(listen).ok()) << listen;
  }
}

TEST(ListenAddressTest, Ipv6LoopbackAndWildcardAreFine) {
  if (!testing::HasIpv6Loopback()) GTEST_SKIP() << "this machine has no IPv6";
  for (const char* listen : {"[::1]:0", "[::]:0"}) EXPECT_TRUE(CheckListenAddress(listen).ok()) << listen;
}

TEST(ListenAddressTest, BusyPortIsNamed) {
  const Listener listener;
  const std::string address = absl::StrCat("127.0.0.1:", listener.port());
  const absl::Status status = CheckListenAddress(address);
  EXPECT_EQ(ReasonOf(status), Reason::kUnavailable);
  EXPECT_EQ(status.message(), absl::StrCat("address ", address, " is already in use"));
}

TEST(ListenAddressTest, BusyPortIsFoundBehindWildcardAndName) {
  const Listener listener;
  for (const char* host : {"0.0.0.0", "localhost"}) {
    EXPECT_EQ(ReasonOf(CheckListenAddress(absl::StrCat(host, ":", listener.port()))), Reason::kUnavailable)
        << host;
  }
}

TEST(ListenAddressTest, CheckingLetsGoOfThePort) {
  int port = 0;
  {
    const Listener listener;
    port = listener.port();
  }
  const std::string address = absl::StrCat("127.0.0.1:", port);
  EXPECT_TRUE(CheckListenAddress(address).ok());
  EXPECT_TRUE(CheckListenAddress(address).ok());
}

TEST(ListenAddressTest, NonsenseIsRefusedInWords) {
  const auto text = [](const char* listen) {
    const absl::Status status = CheckListenAddress(listen);
    EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid) << listen;
    EXPECT_EQ(FieldOf(status), "listen");
    return std::string(status.message());
  };
  EXPECT_THAT(text(""), HasSubstr("is not host:port"));
  EXPECT_THAT(text("7001"), HasSubstr("is not host:port"));
  EXPECT_THAT(text(":7001"), HasSubstr("is not host:port"));
  EXPECT_THAT(text("127.0.0.1:"), HasSubstr("has no port"));
  EXPECT_THAT(text("127.0.0.1:65536"), HasSubstr("has no port"));
  EXPECT_THAT(text("127.0.0.1:-1"), HasSubstr("has no port"));
  EXPECT_THAT(text("::1:7001"), HasSubstr("brackets"));
  EXPECT_THAT(text("no-such-host.invalid:7001"), HasSubstr("cannot be resolved"));
  EXPECT_THAT(text("192.0.2.1:0"), HasSubstr("is not an address of this machine"));  // RFC 5737
}

}  // namespace
}  // namespace sti::rpc
