// The graph that the PASSporTs of a diverted call form (RFC 8946 s4.2, s5.1). Identity headers come in any
// order, so hops are found by what they say: a div PASSporT follows every PASSporT that has its div claim
// among its dest, and a div-o only the one nested in its opt. Judges what is claimed; signatures are for
// others, who then ask again with those that passed.
#ifndef COMMON_STIR_DIV_CHAIN_H_
#define COMMON_STIR_DIV_CHAIN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/reason.h"
#include "common/stir/passport_claims.h"
#include "common/stir/telephone_number.h"

namespace sti::stir {

// PASSporTs of one call, nested ones included.
inline constexpr size_t kPassportsPerCall = 32;

// One PASSporT. The claims and views must outlive Link only.
struct DivNode {
  // Null takes no part: undecodable, or of an unsupported ppt, whose chain is to be ignored (RFC 8946 s4.2
  // step 5).
  const PassportClaims* claims = nullptr;
  absl::string_view signing_input, signature;  // tell a copy from a second PASSporT that says the same
  std::optional<size_t> nested_in;
};

// A set of PASSporTs by index.
using PassportSet = uint32_t;
static_assert(kPassportsPerCall <= 32, "a PassportSet has 32 bits");
constexpr bool Contains(PassportSet set, size_t i) { return (set >> i & 1) != 0; }
inline constexpr PassportSet kAllPassports = ~PassportSet{0};

// Immutable value.
class DivChain {
 public:
  // At most kPassportsPerCall nodes. `target` is where the call goes now; null when SIP does not say.
  static DivChain Link(absl::Span<const DivNode> nodes, const PartyIdentity* target);

  // What is wrong with a diversion as a link, whichever others turn out to be signed as they should; kNone
  // also for any other PASSporT. Anybody on the way can add a header, so a link that leads astray, or in a
  // circle, is no defect of the one before it:
  // * kDestMismatch: no later diversion takes it on to the target, which is not among its dest (step 1).
  // * kDivChainIncomplete: no earlier PASSporT has its div claim among its dest.
  // * kDivChainInvalid: the only neighbours have another orig (step 3), or go round in a circle; it is a copy
  //   of another header; it depends on such a one.
  // * kDivTooDeep: more than limits::kDivHops hops from the original.
  Reason reason(size_t i) const { return links_[i].reason; }
  // A diversion with which the chain may end: no other one follows, or the target is among its dest (step 1).
  // It must be fresh (step 4).
  bool outermost(size_t i) const { return links_[i].later == 0 || links_[i].ends_at_target; }
  // Whether LeadsToTarget holds for some set. False for a diversion.
  bool MayLeadToTarget(size_t i) const;
  // Those of `usable` that stand in a circle of them: no part of any chain, below too.
  PassportSet Circles(PassportSet usable) const;
  // Hops lead from this PASSporT to the target, using only diversions of `usable`. False for a diversion.
  bool LeadsToTarget(size_t i, PassportSet usable) const;
  // The same, over at least one diversion of `via`; also for a diversion itself, which does not count then.
  bool LeadsToTargetOver(size_t i, PassportSet usable, PassportSet via) const;
  // One complete chain of `usable` PASSporTs, the original first, at least one diversion; empty when there is
  // none.
  std::vector<size_t> Path(PassportSet usable) const;
  PassportSet diversions() const { return diversions_; }

 private:
  struct Link_ {
    PassportSet earlier = 0, later = 0;            // neighbours by div and dest
    PassportSet earlier_same = 0, later_same = 0;  // those of them that have the same orig
    bool ends_at_target = false;                   // a diversion with the target among dest
    Reason reason = Reason::kNone;
  };
  friend class DivLinker;

  std::vector<size_t> PathTo(size_t i, PassportSet usable, PassportSet& seen) const;
  bool Reaches(size_t i, PassportSet usable, PassportSet& seen) const;
  bool ReachesOver(size_t i, PassportSet usable, PassportSet via, PassportSet& seen) const;

  std::vector<Link_> links_;
  PassportSet diversions_ = 0;
};

}  // namespace sti::stir

#endif  // COMMON_STIR_DIV_CHAIN_H_
