#include "services/vs/check_words.h"

#include <array>

namespace sti::vs {
namespace {

struct Words {
  const char *check, *words;
};

constexpr std::array<Words, 33> kWords = {{
    {"date_fresh", "The SIP Date is recent"},
    {"identity_syntax", "The Identity header can be read"},
    {"full_form", "The PASSporT is there in full, not in compact form"},
    {"header_ppt", "The header's ppt parameter names a type that is accepted"},
    {"header_parameters", "The header has no parameters beside info, alg and ppt"},
    {"header_alg", "The header has an alg parameter"},
    {"info_present", "The header has an info parameter"},
    {"info_url", "The info parameter is an https URL that may be fetched"},
    {"certificate_download", "The signer's certificate could be fetched from that URL"},
    {"passport_syntax", "The PASSporT can be decoded"},
    {"header_complete", "The PASSporT's header is complete (alg, ppt, typ, x5u)"},
    {"x5u_equals_info", "x5u in the PASSporT is the URL of the info parameter"},
    {"typ", "typ is passport"},
    {"alg", "alg is ES256"},
    {"ppt", "ppt in the PASSporT is that of the header, and accepted"},
    {"crit", "No critical extension is demanded that is not known here"},
    {"claims_complete", "The claims are complete and well-formed"},
    {"iat_fresh", "The PASSporT is fresh (iat)"},
    {"replay", "The PASSporT was not seen in another call"},
    {"orig", "The signed calling number is the call's"},
    {"dest", "The signed called number is the call's"},
    {"div_chain", "The diversions lead from the number first called to the target"},
    {"media_keys", "The media keys are those of the SDP"},
    {"resource_priority", "The signed resource priority is the call's"},
    {"priority", "The signed priority is the call's"},
    {"message_body", "The signed digest is that of the message"},
    {"certificate_chain", "The certificate is trusted, valid and not revoked"},
    {"tn_scope", "The certificate may speak for the calling number"},
    {"rph_signer", "The signer may assert resource priorities"},
    {"claim_constraints", "The claims keep within the certificate's constraints"},
    {"signature", "The signature fits the certificate's key"},
    {"number_authority", "The number is the signer's by the number authority list"},
    {"attest", "The attestation is A, B or C"},
}};

}  // namespace

absl::string_view WordsOf(absl::string_view check) {
  for (const Words& words : kWords) {
    if (check == words.check) return words.words;
  }
  return "";
}

}  // namespace sti::vs
