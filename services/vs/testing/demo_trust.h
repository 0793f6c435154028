// The demo PKI of tests/vectors as sti-vs meets it.
#ifndef SERVICES_VS_TESTING_DEMO_TRUST_H_
#define SERVICES_VS_TESTING_DEMO_TRUST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/vs/call_facts.h"
#include "services/vs/trust_state.h"
#include "services/vs/trust_store.h"

namespace sti::vs {

inline constexpr char kDemoUrl[] = "https://cr.example.net/1234.pem";
inline constexpr char kRevokedUrl[] = "https://cr.example.net/5678.pem";

// Trusts the demo root; `with_crl` adds the demo CRL, which lists the signer of SPC 5678.
std::shared_ptr<const TrustState> DemoTrust(bool with_crl = true);
// Trusts nobody.
std::shared_ptr<const TrustState> EmptyTrust();
// A set of one domain of that state, which may be null.
std::shared_ptr<const TrustSet> TrustSetOf(std::shared_ptr<const TrustState> state, uint64_t version = 1);

std::string DemoChainPem();
std::string RevokedChainPem();

// +12155550121 calls +12155550131, with these Identity headers.
IncomingCall DemoCall(std::vector<std::string> identity);

// A trust list signed by the demo token signer, with the demo root unless `empty`.
std::string DemoTrustList(int64_t sequence, absl::Time expires, bool empty = false);
// A number authority list signed by the demo token signer: this number is this SPC's.
std::string DemoNumberList(int64_t sequence, absl::Time expires, const std::string& number,
                           const std::string& spc);
// A CRL signed by the demo CRL signer that lists `revoked_serials` of the demo issuing CA.
SignedCrl DemoCrl(int64_t number, absl::Time this_update, absl::Time next_update,
                  const std::vector<std::string>& revoked_serials = {});
// Serial of the leaf for SPC 1234.
std::string DemoSerial();

}  // namespace sti::vs

#endif  // SERVICES_VS_TESTING_DEMO_TRUST_H_
