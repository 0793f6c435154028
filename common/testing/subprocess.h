// Other programs, run by tests.
#ifndef COMMON_TESTING_SUBPROCESS_H_
#define COMMON_TESTING_SUBPROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace sti::testing {

struct Finished {
  int exit_code = -1;  // 128 + n when signal n ended it, as a shell says
  std::string out;     // standard output
  std::string err;     // standard error
};

// A running program. Without shell; `arguments[0]` is looked for in PATH. Aborts the test program when it
// cannot start. Killed, if need be, by the destructor. Not thread-safe.
class Subprocess {
 public:
  explicit Subprocess(const std::vector<std::string>& arguments);
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  void Signal(int number) const;
  // One line of its standard output, without the newline; what came before the end of the output when there
  // is no more.
  std::string ReadLine();
  // Reads both outputs to their end and waits for the program.
  Finished Wait();

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string buffered_;
};

// Runs a program to its end.
Finished Run(const std::vector<std::string>& arguments);

}  // namespace sti::testing

#endif  // COMMON_TESTING_SUBPROCESS_H_
