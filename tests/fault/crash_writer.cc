// Writes to a ledger without end and says what it knows of each write, until it is killed:
//
//   crash_writer NAME sqlite FILE | postgres HOST DATABASE
//
//   open             it will try its first write now
//   try ID           what follows will say what became of it; else it was killed before it knew
//   done ID NUMBER   acknowledged
//   failed ID        refused; nothing of it may ever show
//   unknown ID       refused with the word that the commit may or may not have happened
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/fault/ledger.h"

namespace {

// One write(2) a line: what another program has read, this one cannot take back.
void Say(const std::string& line) {
  const std::string text = line + "\n";
  if (write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size())) _exit(3);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 2) return 2;
  const std::string& name = arguments[0];
  const auto database = sti::store::OpenDatabase(
      sti::fault::OptionsFromArguments({arguments.begin() + 1, arguments.end()}), sti::fault::Schema());
  if (!database.ok()) {
    std::fprintf(stderr, "%s\n", database.status().ToString().c_str());
    return 1;
  }
  Say("open");
  for (int i = 0;; ++i) {
    const std::string id = absl::StrCat(name, "-", i);
    Say("try " + id);
    const absl::StatusOr<int64_t> number = sti::fault::Use(**database, name, id);
    if (number.ok()) {
      Say(absl::StrCat("done ", id, " ", *number));
      continue;
    }
    std::fprintf(stderr, "%s: %s\n", id.c_str(), number.status().ToString().c_str());
    const bool open = absl::StrContains(number.status().message(), "may or may not have happened");
    Say(absl::StrCat(open ? "unknown " : "failed ", id));
    absl::SleepFor(absl::Milliseconds(20));  // lint-ok: a server that is away stays so for a while
  }
}
