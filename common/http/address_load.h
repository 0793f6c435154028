// Downloads under way by the address they go to. Names are free for an attacker to invent: with a wildcard in
// the DNS any number of them leads to one victim, which the count by name does not notice.
#ifndef COMMON_HTTP_ADDRESS_LOAD_H_
#define COMMON_HTTP_ADDRESS_LOAD_H_

#include <sys/socket.h>

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace sti::http {

// "192.0.2.1" or "2001:db8::1", an IPv4-mapped address as IPv4; empty for any other family.
std::string AddressText(const sockaddr& address);

// Used on one thread.
class AddressLoad {
 public:
  explicit AddressLoad(int most) : most_(most) {}
  AddressLoad(const AddressLoad&) = delete;
  AddressLoad& operator=(const AddressLoad&) = delete;

  // What one download takes up; it may try several addresses. Gives them back when it dies.
  class Share {
   public:
    explicit Share(AddressLoad& load) : load_(load) {}
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    // False when that many others are at this address already. An address counts once.
    bool Take(absl::string_view address);

   private:
    AddressLoad& load_;
    absl::flat_hash_set<std::string> taken_;
  };

 private:
  const int most_;
  absl::flat_hash_map<std::string, int> under_way_;
};

}  // namespace sti::http

#endif  // COMMON_HTTP_ADDRESS_LOAD_H_
