// Whoever wants to know what sti-ca issues, and what it refuses.
#ifndef SERVICES_CA_ISSUING_OBSERVER_H_
#define SERVICES_CA_ISSUING_OBSERVER_H_

#include "absl/status/status.h"
#include "common/acme/error.h"

namespace sti::ca {

enum class IssuedVia { kGrpc, kAcme, kDelegate };

// Implementations are thread-safe and quick.
class IssuingObserver {
 public:
  virtual ~IssuingObserver() = default;
  // A certificate is on disk and published.
  virtual void Issued(IssuedVia via) = 0;
  // No certificate for whoever asked over gRPC.
  virtual void Refused(const absl::Status& why) = 0;
  // The answer to an ACME client is a problem document.
  virtual void AcmeProblem(acme::ErrorType type) = 0;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_ISSUING_OBSERVER_H_
