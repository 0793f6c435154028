// Who asks for signatures.
#ifndef SERVICES_AS_SIGNING_CLIENT_H_
#define SERVICES_AS_SIGNING_CLIENT_H_

#include <cstddef>
#include <string>

namespace sti::as {

// A client that belongs to a provider: one of the configuration, or a customer's own.
struct SigningClient {
  std::string identity;  // of the certificate, or the name of the API key
  size_t provider = 0;
  bool attests = false, diverts = false;  // ProviderTable; never a customer's
  std::string customer;                   // of a customer's client
};

}  // namespace sti::as

#endif  // SERVICES_AS_SIGNING_CLIENT_H_
