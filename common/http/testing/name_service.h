// What names resolve to in this test program: a getaddrinfo that stands before libc's.
#ifndef COMMON_HTTP_TESTING_NAME_SERVICE_H_
#define COMMON_HTTP_TESTING_NAME_SERVICE_H_

#include <string>
#include <vector>

namespace sti::testing {

// Thread-safe. Names that nobody set are libc's to answer; none of them when they end in ".test".
class NameService {
 public:
  // Literals, in the order in which a client gets them. Replaces what `name` had.
  static void Set(const std::string& name, std::vector<std::string> addresses);
  // Look-ups of this name do not return until Release; then they find nothing.
  static void Block(const std::string& name);
  static void Release();
  // Look-ups of `name` so far.
  static int LookUps(const std::string& name);
};

}  // namespace sti::testing

#endif  // COMMON_HTTP_TESTING_NAME_SERVICE_H_
