// A call to be signed, as the SBC sends it; nothing checked. Fields are named as in SignRequest.
#ifndef SERVICES_AS_OUTGOING_CALL_H_
#define SERVICES_AS_OUTGOING_CALL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/stir/passport.h"

namespace sti::as {

struct OutgoingRichCallData {
  std::string nam, apn, icn, jcd, jcl, crn, iss;  // empty: not given
  std::vector<std::pair<std::string, std::string>> rcdi;
};

struct OutgoingCall {
  std::string ppt;                               // empty means shaken
  std::optional<std::string> orig_tn, orig_uri;  // exactly one
  std::vector<std::string> dest_tn, dest_uri;
  stir::Attestation attest = stir::Attestation::kNone;  // none: the policy decides
  std::string origid;                                   // empty: the policy makes one
  std::optional<int64_t> iat;                           // seconds since 1970 UTC; absent: now
  // div and div-o
  std::optional<std::string> div_tn, div_uri;  // exactly one
  std::string div_hi, opt;
  // rph
  std::vector<std::string> rph_auth;
  std::string rph_sph;
  // rcd and shaken
  std::optional<OutgoingRichCallData> rcd;
  // msg
  std::optional<std::string> message_body;
  // alg and dig, the latter with or without colons
  std::vector<std::pair<std::string, std::string>> media_keys;
  std::string trunk, customer;                 // as provisioned
  std::vector<std::string> incoming_identity;  // div and div-o: Identity header values
  std::string rcd_profile;                     // rcd and shaken, in place of rcd
  std::string call_id;
};

}  // namespace sti::as

#endif  // SERVICES_AS_OUTGOING_CALL_H_
