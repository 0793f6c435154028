#include "common/http/tls_context.h"

#include <openssl/x509v3.h>

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/files/tls_files.h"

namespace sti::http {
namespace {

constexpr unsigned char kAlpn[] = "\x08http/1.1";

int SelectProtocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* offered,
                   unsigned int offered_length, void*) {
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, out_length, kAlpn, sizeof(kAlpn) - 1, offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 s3.2
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

absl::Status AskForClientCertificates(SSL_CTX* context, const std::string& ca_file, bool optional) {
  STI_ASSIGN_OR_RETURN(const std::string authorities, files::ReadAuthorities("client_ca_file", ca_file));
  STI_RETURN_IF_ERROR(files::UseAuthorities(context, authorities));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (optional ? 0 : SSL_VERIFY_FAIL_IF_NO_PEER_CERT), nullptr);
  // A resumed session is that of the same clients only; and of the same files, since each context has ticket
  // keys of its own.
  static constexpr unsigned char kSessions[] = "sti-https";
  if (SSL_CTX_set_session_id_context(context, kSessions, sizeof(kSessions) - 1) != 1) {
    return MakeError(Reason::kInternal, absl::StrCat("TLS sessions: ", crypto::DrainOpenSslErrors()));
  }
  return absl::OkStatus();
}

std::string Text(const ASN1_STRING* string) {
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                     static_cast<size_t>(ASN1_STRING_length(string)));
}

std::string AlternativeName(const X509* certificate, int kind) {
  const crypto::OpenSslPtr<GENERAL_NAMES, GENERAL_NAMES_free> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == kind)
      return Text(kind == GEN_DNS ? name->d.dNSName : name->d.uniformResourceIdentifier);
  }
  return "";
}

std::string CommonName(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) return "";
  return Text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
}

}  // namespace

absl::StatusOr<ServerTlsContext> MakeServerTlsContext(const HttpServerOptions& options) {
  crypto::DrainOpenSslErrors();
  SslCtxPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
    return MakeError(Reason::kInternal, absl::StrCat("TLS: ", crypto::DrainOpenSslErrors()));
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context.get(), SelectProtocol, nullptr);
  STI_ASSIGN_OR_RETURN(const files::TlsIdentity identity,
                       files::ReadTlsIdentity(options.certificate_file, options.key_file));
  STI_RETURN_IF_ERROR(files::UseTlsIdentity(context.get(), identity));
  if (!options.client_ca_file.empty()) {
    STI_RETURN_IF_ERROR(
        AskForClientCertificates(context.get(), options.client_ca_file, options.client_certificate_optional));
  }
  return ServerTlsContext{std::move(context), files::Describe(identity)};
}

std::string ClientIdentity(SSL* connection) {
  const X509* certificate = SSL_get0_peer_certificate(connection);
  if (certificate == nullptr) return "";
  std::string name = AlternativeName(certificate, GEN_DNS);
  if (name.empty()) name = AlternativeName(certificate, GEN_URI);
  return name.empty() ? CommonName(certificate) : name;
}

}  // namespace sti::http
