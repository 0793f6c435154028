#include "services/ca/issuing_tally.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/times.h"

namespace sti::ca {

void IssuingTally::Issued(IssuedVia via) {
  issued_.Add(clock_.TimeNow());
  next_.Issued(via);
}

void IssuingTally::Refused(const absl::Status& why) {
  const absl::Time now = clock_.TimeNow();
  refused_.Add(now);
  errors_.Record(ReasonOf(why), why.message(), now);
  next_.Refused(why);
}

void IssuingTally::AcmeProblem(acme::ErrorType type) {
  const absl::Time now = clock_.TimeNow();
  problems_.Add(now);
  Problems& problems = by_type_[static_cast<size_t>(type)];
  ++problems.count;
  problems.last = absl::ToUnixSeconds(now);
  next_.AcmeProblem(type);
}

status::Table IssuingTally::Rates(absl::Time now) const {
  return status::RateTable({{"Certificates issued", &issued_},
                            {"Refused over gRPC", &refused_},
                            {"ACME requests answered with a problem", &problems_}},
                           now);
}

status::Table IssuingTally::AcmeProblems(absl::Time now) const {
  status::Table table;
  table.caption = "ACME problems since the start, by type";
  table.columns = {"Type", "Count", "Last"};
  table.empty = "none yet.";
  for (size_t i = 0; i < kTypes; ++i) {
    const int64_t count = by_type_[i].count;
    if (count == 0) continue;
    table.rows.push_back({status::Code(std::string(acme::ErrorName(static_cast<acme::ErrorType>(i)))),
                          absl::StrCat(count),
                          status::AgoText(absl::FromUnixSeconds(by_type_[i].last), now)});
  }
  return table;
}

}  // namespace sti::ca
