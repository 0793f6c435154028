// hostile_server.py as a running program.
#ifndef COMMON_HTTP_TESTING_HOSTILE_SERVER_H_
#define COMMON_HTTP_TESTING_HOSTILE_SERVER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/testing/subprocess.h"
#include "common/testing/tls_material.h"

namespace sti::testing {

// Not thread-safe. Aborts the test program when it cannot start.
class HostileServer {
 public:
  explicit HostileServer(const TlsFiles& files);

  // "tls", "mute", "plain" or "old".
  uint16_t port(const std::string& kind) const { return ports_.at(kind); }
  std::vector<uint16_t> ports() const;

 private:
  Subprocess program_;
  std::map<std::string, uint16_t> ports_;
};

}  // namespace sti::testing

#endif  // COMMON_HTTP_TESTING_HOSTILE_SERVER_H_
