#include "common/stir/reason_advice.h"

namespace sti::stir {

// Who can mend it comes first: the signer, a provider on the way, or this network.
absl::string_view AdviceFor(Reason reason) {
  switch (reason) {
    case Reason::kIdentityMissing:
      return "Nobody on the way signed for the caller. Ask the provider that hands over the call whether it "
             "signs, and "
             "check that no SBC drops the Identity header.";
    case Reason::kDateStale:
    case Reason::kIatStale:
    case Reason::kIatInFuture:
      return "Compare the clocks of the signer and of this host (NTP), and look for a call that was held up "
             "or sent "
             "again.";
    case Reason::kReplaySuspected:
      return "The same PASSporT came with another Call-ID. It was copied, or a B2BUA on the way changes "
             "Call-IDs.";
    case Reason::kIdentityMalformed:
    case Reason::kIdentityTooLarge:
    case Reason::kPassportMalformed:
    case Reason::kPassportTooLarge:
      return "The header was damaged or cut off on the way, or its signer makes it wrongly. Compare it with "
             "what the "
             "signer sent.";
    case Reason::kIdentityCompactForm:
      return "Ask the signer to send the full form: three parts with dots between them.";
    case Reason::kIdentityPptUnsupported:
    case Reason::kPptUnsupported:
      return "This type of PASSporT is not asked for by the profile. Admit it there, if it should count.";
    case Reason::kPptMismatch:
    case Reason::kPassportHeaderIncomplete:
    case Reason::kX5uInfoMismatch:
    case Reason::kTypNotPassport:
    case Reason::kAlgNotEs256:
    case Reason::kCritUnsupported:
    case Reason::kIdentityParameterUnexpected:
    case Reason::kAlgParameterMissing:
    case Reason::kClaimMissing:
    case Reason::kClaimInvalid:
    case Reason::kAttestInvalid:
      return "The signer's software makes PASSporTs that break the standard. Send its operator this text.";
    case Reason::kInfoMissing:
    case Reason::kInfoInvalid:
      return "The signer must give an https URL with port 443 or 8443, without query, where its certificate "
             "is.";
    case Reason::kCertificateUnavailable:
    case Reason::kCertificateFetchTimeout:
      return "Try the URL from this network. If it answers, look for a firewall, DNS or proxy in between; if "
             "not, its "
             "operator has to mend it.";
    case Reason::kCertificateAddressRefused:
      return "The name of the repository leads to a private or reserved address. Its operator has to publish "
             "a public "
             "one.";
    case Reason::kOrigMismatch:
      return "Something changed the caller's number after it was signed, or the profile compares another "
             "header. Look "
             "at From and P-Asserted-Identity at each SBC.";
    case Reason::kDestMismatch:
      return "The call was signed for another number. If it was forwarded, the forwarding provider has to "
             "add a div "
             "PASSporT; else To was rewritten on the way.";
    case Reason::kDivChainIncomplete:
      return "A provider that forwarded the call added no div PASSporT, or the PASSporT before it was "
             "dropped.";
    case Reason::kDivChainInvalid:
      return "The diversions go in a circle, repeat one another, or speak of different callers. Ask the "
             "provider that "
             "forwarded last.";
    case Reason::kDivTooDeep:
      return "The call was forwarded more often than is plausible: look for a forwarding loop.";
    case Reason::kRphMismatch:
    case Reason::kSphMismatch:
      return "Strip Resource-Priority and treat the call as an ordinary one. Find out who changed the header "
             "after it "
             "was signed.";
    case Reason::kRphSignerUnauthorized:
      return "Strip Resource-Priority. If this signer may assert it, add its SPC to the profile.";
    case Reason::kRcdIntegrityFailed:
      return "Do not display the content. The signer computed its digests wrongly, or signed other content.";
    case Reason::kRcdNameMismatch:
      return "Display neither name as verified. Something changed the display name after it was signed.";
    case Reason::kRcdThirdPartyUnvouched:
      return "Do not display it: without a valid PASSporT of the caller's own provider, anybody could have "
             "said this.";
    case Reason::kMsgiMismatch:
      return "The text of the message was changed after it was signed.";
    case Reason::kMkyMismatch:
      return "Media keys were exchanged after signing: by an SBC that terminates media, or by somebody who "
             "listens.";
    case Reason::kSignatureInvalid:
      return "The PASSporT was changed after signing, or was made with another key than the certificate's: "
             "it may be "
             "forged. If every call of this signer fails, it has published the wrong certificate.";
    case Reason::kNumberNotAuthorized:
      return "The signer vouches for a number that the number authority gives to another provider.";
    case Reason::kCertificateExpired:
    case Reason::kCertificateNotYetValid:
      return "The signer has to renew its certificate, or one of the two clocks is wrong.";
    case Reason::kCertificateRevoked:
      return "The certificate was withdrawn. Do not trust calls that it signs.";
    case Reason::kCertificateUntrusted:
      return "The certificate comes from no STI-CA that this network trusts: from a test, another country, "
             "or a forger.";
    case Reason::kTnAuthListMissing:
    case Reason::kTnAuthListInvalid:
      return "The certificate does not say which provider it is for, as signing calls demands. Its CA has to "
             "issue "
             "another.";
    case Reason::kTnNotCovered:
    case Reason::kDelegateScopeExceeded:
      return "The signer has a certificate for certain numbers, and this is none of them.";
    case Reason::kClaimConstraintsViolated:
      return "The signer's certificate forbids it to say this.";
    case Reason::kCertificateMalformed:
    case Reason::kCertificateChainTooLong:
    case Reason::kCertificateSignatureInvalid:
    case Reason::kCertificateNotCa:
    case Reason::kCertificatePathTooLong:
    case Reason::kCertificateNotLeaf:
    case Reason::kCertificateKeyUnsupported:
    case Reason::kCertificateCriticalExtension:
    case Reason::kCertificatePolicyMissing:
      return "What the signer published is no acceptable SHAKEN certificate chain. Its operator or CA has to "
             "mend it.";
    case Reason::kTrustStale:
    case Reason::kTrustListUnavailable:
    case Reason::kTrustListInvalid:
    case Reason::kTrustListExpired:
    case Reason::kTrustListRollback:
    case Reason::kCrlInvalid:
    case Reason::kCrlExpired:
    case Reason::kCrlRollback:
      return "This is no fault of the call: this host has no usable list of trusted CAs or CRL. See stictl "
             "vs status.";
    case Reason::kInternal:
      return "This is a fault of this host: look into its log.";
    default:
      return "";
  }
}

}  // namespace sti::stir
