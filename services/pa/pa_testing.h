// For the tests of this room: the demo STI-PA of tests/vectors.
#ifndef SERVICES_PA_PA_TESTING_H_
#define SERVICES_PA_PA_TESTING_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "common/pki/certificate.h"
#include "common/store/database.h"
#include "common/testing/temp_dir.h"
#include "services/pa/document_signer.h"

namespace sti::pa {

// Of tests/vectors/demo-pki. All of these abort the test program when a file is not there.
std::string ReadDemo(absl::string_view name);
pki::Certificate DemoCertificate(absl::string_view name);  // "root" for root.pem
// "pa-token-signer" or "pa-crl-signer".
DocumentSigner DemoSigner(absl::string_view name);

// An empty database in `dir`.
std::unique_ptr<store::Database> OpenScratchDatabase(const testing::TempDir& dir);

}  // namespace sti::pa

#endif  // SERVICES_PA_PA_TESTING_H_
