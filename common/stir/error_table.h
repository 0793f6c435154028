// Which error table a verdict follows: the one of ATIS-1000082, or the one of the French MAN (sip_identity.md
// s1, s3). A table is an order of the checks (check_list.h) and the SIP answer to each failure.
#ifndef COMMON_STIR_ERROR_TABLE_H_
#define COMMON_STIR_ERROR_TABLE_H_

#include "common/base/reason.h"

namespace sti::stir {

enum class ErrorTable {
  kAtis,  // rows E3 to E19
  kMan,   // by SIP code: 403, 436, 437, 438; refuses foreign header parameters and demands alg
};

// Code and phrase that a SIP response to a failed call carries.
struct SipAnswer {
  int code = 0;  // 0 when passed
  const char* phrase = "";
};

// Never fails, no allocation. What the MAN does not say is answered as the Reason table does.
SipAnswer AnswerOf(Reason reason, ErrorTable table);

}  // namespace sti::stir

#endif  // COMMON_STIR_ERROR_TABLE_H_
