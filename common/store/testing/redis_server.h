// A redis-server of the test's own, on loopback.
#ifndef COMMON_STORE_TESTING_REDIS_SERVER_H_
#define COMMON_STORE_TESTING_REDIS_SERVER_H_

#include <memory>
#include <string>

#include "common/testing/subprocess.h"

namespace sti::testing {

// Debian's redis-server, keeping nothing on disk. Aborts the test program when it does not start. Not
// thread-safe.
class RedisServer {
 public:
  // Returns once it takes connections. `password` empty: none is asked for.
  explicit RedisServer(std::string password = "");

  std::string address() const;  // "127.0.0.1:port"
  // No more answers, connections stay; and on with it.
  void Hang() const;
  void Resume() const;
  // Ends it at once; and starts it anew, empty, on the same port.
  void Kill();
  void Restart();

 private:
  bool Start();

  const std::string password_;
  int port_ = 0;
  std::unique_ptr<Subprocess> program_;
};

}  // namespace sti::testing

#endif  // COMMON_STORE_TESTING_REDIS_SERVER_H_
