#include "common/testing/tls_material.h"

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/subprocess.h"

namespace sti::testing {
namespace {

void OpenSsl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  const Finished finished = Run(arguments);
  if (finished.exit_code == 0) return;
  std::fprintf(stderr, "TlsMaterial: openssl %s: %s\n", arguments[1].c_str(), finished.err.c_str());
  std::abort();
}

void MakeKey(const std::string& path) {
  OpenSsl({"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path});
  chmod(path.c_str(), 0600);
}

}  // namespace

TlsMaterial::TlsMaterial() {
  MakeCa("ca");
  ca_file_ = dir_.File("ca.pem");
}

void TlsMaterial::MakeCa(const std::string& ca) {
  const std::string key = dir_.File(ca + ".key");
  MakeKey(key);
  OpenSsl({"req", "-x509", "-new", "-key", key, "-sha256", "-days", "2", "-subj",
           "/O=Test/CN=Test TLS CA " + ca, "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out",
           dir_.File(ca + ".pem")});
}

TlsFiles TlsMaterial::Issue(const std::string& ca, const Request& request) {
  const std::string stem = absl::StrCat("leaf", ++count_);
  const TlsFiles files{dir_.File(stem + ".pem"), dir_.File(stem + ".key"), ca_file_};
  MakeKey(files.key_file);
  const std::string csr = dir_.File(stem + ".csr");
  OpenSsl({"req", "-new", "-key", files.key_file, "-subj", absl::StrCat("/O=Test/CN=", request.name), "-out",
           csr});
  std::string extensions = absl::StrCat(
      "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=",
      request.server ? "serverAuth" : "clientAuth", "\n");
  if (!request.alternative_names.empty())
    absl::StrAppend(&extensions, "subjectAltName=", request.alternative_names, "\n");
  const std::string extension_file = dir_.Write(stem + ".ext", extensions);
  // With a negative number of days notAfter lies before now; the openssl program asks for no more than that.
  OpenSsl({"x509", "-req", "-in", csr, "-CA", dir_.File(ca + ".pem"), "-CAkey", dir_.File(ca + ".key"),
           "-CAcreateserial", "-sha256", "-days", request.expired ? "-1" : "1", "-extfile", extension_file,
           "-out", files.certificate_file});
  return files;
}

TlsFiles TlsMaterial::Server() {
  Request request{"localhost", "DNS:localhost,IP:127.0.0.1,IP:::1"};
  request.server = true;
  return Issue("ca", request);
}

TlsFiles TlsMaterial::Client(absl::string_view name) {
  return Issue("ca", {name, absl::StrCat("DNS:", name)});
}

TlsFiles TlsMaterial::ClientWithCommonNameOnly(absl::string_view name) { return Issue("ca", {name, ""}); }

TlsFiles TlsMaterial::ExpiredClient(absl::string_view name) {
  Request request{name, absl::StrCat("DNS:", name)};
  request.expired = true;
  return Issue("ca", request);
}

TlsFiles TlsMaterial::ForeignClient(absl::string_view name) {
  if (!foreign_made_) MakeCa("foreign");
  foreign_made_ = true;
  return Issue("foreign", {name, absl::StrCat("DNS:", name)});
}

}  // namespace sti::testing
