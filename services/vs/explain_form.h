// The form that a support person pastes a call into.
#ifndef SERVICES_VS_EXPLAIN_FORM_H_
#define SERVICES_VS_EXPLAIN_FORM_H_

#include <string>
#include <vector>

#include "common/status/form.h"
#include "common/status/html.h"

namespace sti::vs {

// Posts to /explain what PastedCallFrom reads; `fields` is what was sent before. Pure.
status::Html ExplainForm(const std::vector<std::string>& profiles, const status::FormFields& fields);

}  // namespace sti::vs

#endif  // SERVICES_VS_EXPLAIN_FORM_H_
