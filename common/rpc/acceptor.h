// Accepts connections for a gRPC server. gRPC 1.51 closes its own ear for good when an accept finds no free
// descriptor, so that a flood of connections would outlast its end until somebody restarts the daemon.
#ifndef COMMON_RPC_ACCEPTOR_H_
#define COMMON_RPC_ACCEPTOR_H_

#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace sti::rpc {

// Start and Stop on one thread.
class Acceptor {
 public:
  // Called on the acceptor's thread, with a socket that does not block and belongs to whom it is given.
  using Take = std::function<void(int listener, int connection)>;

  // Takes over `listeners`, which listen already and do not block.
  explicit Acceptor(std::vector<int> listeners) : listeners_(std::move(listeners)) {}
  ~Acceptor() { Stop(); }
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // False without a descriptor for it.
  bool Start(Take take);
  // Closes the listeners; what waits there is refused. Idempotent.
  void Stop();

 private:
  void Run();
  // False when there is no room for another connection.
  bool TakeAll(int listener) const;

  std::vector<int> listeners_;
  int wake_fd_ = -1;
  Take take_;
  std::thread thread_;
};

}  // namespace sti::rpc

#endif  // COMMON_RPC_ACCEPTOR_H_
