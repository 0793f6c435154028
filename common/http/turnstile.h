// Lets in a number at once and turns the others away, so that one kind of work cannot take all threads.
#ifndef COMMON_HTTP_TURNSTILE_H_
#define COMMON_HTTP_TURNSTILE_H_

#include <atomic>

namespace sti::http {

// Thread-safe.
class Turnstile {
 public:
  explicit Turnstile(int places) : free_(places) {}

  // False: no place, try later. Each that is let in calls Leave once.
  bool Enter() {
    if (free_.fetch_sub(1) > 0) return true;
    free_.fetch_add(1);
    return false;
  }
  void Leave() { free_.fetch_add(1); }

 private:
  std::atomic<int> free_;
};

}  // namespace sti::http

#endif  // COMMON_HTTP_TURNSTILE_H_
