// Who asks for a change, for the audit.
#ifndef COMMON_BASE_ACTOR_H_
#define COMMON_BASE_ACTOR_H_

#include <string>

namespace sti {

struct Actor {
  // Client identity of the certificate; "acme:ID" an ACME account, "user:ID" an HTTPS account of a provider;
  // the daemon's own name when nobody asked.
  std::string client;
  // Ties what one request did together; 1 to 64 printable characters without spaces.
  std::string request_id;
};

}  // namespace sti

#endif  // COMMON_BASE_ACTOR_H_
