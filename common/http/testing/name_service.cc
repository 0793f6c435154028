#include "common/http/testing/name_service.h"

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/match.h"

namespace sti::testing {
namespace {

struct State {
  std::mutex mutex;
  std::condition_variable released;
  std::map<std::string, std::vector<std::string>> addresses;
  std::set<std::string> blocked;
  std::map<std::string, int> look_ups;
};

// Never destroyed: a detached resolver thread may outlive main.
State& GetState() {
  static State& state = *new State;
  return state;
}

using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

int Libc(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
  static const auto function = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return function(name, service, hints, found);
}

int LookUp(const std::vector<std::string>& addresses, const char* service, const addrinfo* hints,
           addrinfo** found) {
  addrinfo** end = found;
  *found = nullptr;
  for (const std::string& address : addresses) {
    if (Libc(address.c_str(), service, hints, end) != 0) continue;  // of a family that is not asked for
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return *found == nullptr ? EAI_NONAME : 0;
}

int Resolve(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
  State& state = GetState();
  std::unique_lock<std::mutex> lock(state.mutex);
  ++state.look_ups[name];
  if (state.blocked.count(name) > 0) {
    state.released.wait(lock, [&] { return state.blocked.count(name) == 0; });
    return EAI_NONAME;
  }
  const auto set = state.addresses.find(name);
  if (set != state.addresses.end()) {
    const std::vector<std::string> addresses = set->second;
    lock.unlock();
    return LookUp(addresses, service, hints, found);
  }
  lock.unlock();
  return absl::EndsWith(name, ".test") ? EAI_NONAME : Libc(name, service, hints, found);
}

}  // namespace

void NameService::Set(const std::string& name, std::vector<std::string> addresses) {
  std::lock_guard<std::mutex> lock(GetState().mutex);
  GetState().addresses[name] = std::move(addresses);
}

void NameService::Block(const std::string& name) {
  std::lock_guard<std::mutex> lock(GetState().mutex);
  GetState().blocked.insert(name);
}

void NameService::Release() {
  std::lock_guard<std::mutex> lock(GetState().mutex);
  GetState().blocked.clear();
  GetState().released.notify_all();
}

int NameService::LookUps(const std::string& name) {
  std::lock_guard<std::mutex> lock(GetState().mutex);
  return GetState().look_ups[name];
}

}  // namespace sti::testing

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* req, addrinfo** pai) {
  if (name == nullptr) return sti::testing::Libc(name, service, req, pai);
  return sti::testing::Resolve(name, service, req, pai);
}
