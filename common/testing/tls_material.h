// TLS keys and certificates made at run time by the openssl program (independent of common/pki).
#ifndef COMMON_TESTING_TLS_MATERIAL_H_
#define COMMON_TESTING_TLS_MATERIAL_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/testing/temp_dir.h"

namespace sti::testing {

// Paths of PEM files. The key has mode 0600.
struct TlsFiles {
  std::string certificate_file;
  std::string key_file;
  std::string ca_file;  // what its owner trusts: the CA of the other side
};

// A CA and what it signs, P-256. Every call makes new files. Not thread-safe. Aborts the test program on
// failure.
class TlsMaterial {
 public:
  TlsMaterial();

  const std::string& ca_file() const { return ca_file_; }
  std::string ca_pem() const { return dir_.Read("ca.pem"); }
  // For localhost, 127.0.0.1 and ::1.
  TlsFiles Server();
  // CN and DNS subjectAltName `name`.
  TlsFiles Client(absl::string_view name);
  // CN `name` and no subjectAltName.
  TlsFiles ClientWithCommonNameOnly(absl::string_view name);
  // Ended yesterday.
  TlsFiles ExpiredClient(absl::string_view name);
  // Signed by another CA, yet trusts this one.
  TlsFiles ForeignClient(absl::string_view name);

 private:
  struct Request {
    absl::string_view name;
    std::string alternative_names;  // of an openssl extension file; may be empty
    bool expired = false;
    bool server = false;
  };
  TlsFiles Issue(const std::string& ca, const Request& request);
  void MakeCa(const std::string& ca);

  TempDir dir_;
  std::string ca_file_;
  int count_ = 0;
  bool foreign_made_ = false;
};

}  // namespace sti::testing

#endif  // COMMON_TESTING_TLS_MATERIAL_H_
