#include "services/as/number_map_rights.h"

#include <utility>

namespace sti::as {

size_t NumberRights::memory() const {
  size_t octets = rows_.capacity() * sizeof(Row) + customers_.capacity() * sizeof(std::string);
  for (const std::string& customer : customers_) {
    if (customer.capacity() > std::string().capacity()) octets += customer.capacity() + 1;
  }
  return octets;
}

RightCode NumberRightsBuilder::Intern(const NumberRight& right) {
  auto customer = customers_.find(right.customer);
  if (customer == customers_.end()) {
    customer = customers_.emplace(right.customer, static_cast<uint32_t>(rights_->customers_.size())).first;
    rights_->customers_.emplace_back(right.customer);
  }
  const auto [code, is_new] = codes_.try_emplace(std::make_tuple(customer->second, right.letter, right.until),
                                                 static_cast<RightCode>(rights_->rows_.size()));
  if (is_new) rights_->rows_.push_back({customer->second, right.letter, right.until});
  return code->second;
}

std::shared_ptr<const NumberRights> NumberRightsBuilder::Build() && {
  rights_->customers_.shrink_to_fit();
  rights_->rows_.shrink_to_fit();
  return std::move(rights_);
}

}  // namespace sti::as
