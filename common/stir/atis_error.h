// Error answers of the REST interface (ATIS-1000082 and its 3GPP form, rest_api.md s1.3 and s2). Pure
// functions; for sti-vs and sti-as alike.
#ifndef COMMON_STIR_ATIS_ERROR_H_
#define COMMON_STIR_ATIS_ERROR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sti::stir {

// One row of the standard's table. Thread-compatible value.
struct AtisError {
  std::string id;  // "SVC4001"
  int http_status = 500;
  std::string text;                    // "Missing mandatory parameter '%1'"
  std::vector<std::string> variables;  // for %1, %2

  // {"requestError":{"serviceException":{"messageId":..,"text":"Error: ..","variables":[..]}}};
  // policyException for ids that begin with POL.
  std::string AtisBody() const;
  // {"error":"Missing mandatory parameter 'iat'"}
  std::string GppBody() const;
};

// What the daemon found wrong with a request, by its Reason (reason_table.h): kMissingField is SVC4001 and
// kMalformedJson SVC4006, both with what they name; other SVC4005 with field and what is wrong. POL5000 says
// nothing more, whatever happened, but for a limit of the client (429). Not for OK.
AtisError AtisErrorOf(const absl::Status& status);

// Those that a server finds before it has anything to judge.
AtisError MissingBody();                                // SVC4000
AtisError NotAcceptable();                              // SVC4002
AtisError ResourceNotFound();                           // SVC4003
AtisError UnsupportedType(absl::string_view expected);  // SVC4004
AtisError LengthRequired();                             // SVC4007
AtisError MethodNotAllowed();                           // POL4050

}  // namespace sti::stir

#endif  // COMMON_STIR_ATIS_ERROR_H_
