#include "common/stir/div_chain.h"

#include <array>

#include "common/base/limits.h"

namespace sti::stir {
namespace {

constexpr PassportSet Bit(size_t i) { return PassportSet{1} << i; }

// Calls `visit` with each member until it says true; whether it did.
template <typename Visit>
bool AnyOf(PassportSet set, Visit visit) {
  for (size_t i = 0; set >> i != 0; ++i) {
    if (Contains(set, i) && visit(i)) return true;
    if (i + 1 == kPassportsPerCall) break;
  }
  return false;
}

bool IsDiversionNode(const DivNode& node) {
  return node.claims != nullptr && IsDiversion(node.claims->type) && node.claims->div.has_value();
}

}  // namespace

// Builds one DivChain.
class DivLinker {
 public:
  DivLinker(absl::Span<const DivNode> nodes, const PartyIdentity* target) : nodes_(nodes), target_(target) {
    chain_.links_.resize(nodes.size());
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (IsDiversionNode(nodes[i])) chain_.diversions_ |= Bit(i);
    }
  }

  DivChain Run() {
    FindCopies();
    FindNeighbours();
    cycles_ = chain_.Circles(kAllPassports);
    FindWays();
    for (size_t i = 0; i < nodes_.size(); ++i) {
      if (IsDiv(i)) chain_.links_[i].reason = ReasonFor(i);
    }
    return std::move(chain_);
  }

 private:
  bool IsDiv(size_t i) const { return Contains(chain_.diversions_, i); }

  // A copy of a diversion takes no part: it would only make the graph ambiguous.
  void FindCopies() {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      for (size_t j = 0; j < i && IsDiv(i); ++j) {
        if (IsDiv(j) && nodes_[i].signature == nodes_[j].signature &&
            nodes_[i].signing_input == nodes_[j].signing_input) {
          copies_ |= Bit(i);
        }
      }
    }
  }

  // Whether diversion `div` may take the call on from `i`.
  bool MayFollow(size_t i, size_t div) const {
    if (nodes_[i].claims == nullptr || Contains(copies_, i) || Contains(copies_, div)) return false;
    const bool has_opt = nodes_[div].claims->type == PassportType::kDivO;
    const bool nested = nodes_[i].nested_in.has_value();
    if (!has_opt && nodes_[div].nested_in)
      return false;  // nothing stands behind a div that was put into an opt
    if (has_opt || nested) return nested && *nodes_[i].nested_in == div;
    return true;
  }

  void FindNeighbours() {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      for (size_t div = 0; div < nodes_.size(); ++div) {
        if (!IsDiv(div) || !MayFollow(i, div)) continue;
        if (!IsDestination(*nodes_[i].claims, *nodes_[div].claims->div)) continue;
        chain_.links_[i].later |= Bit(div);
        chain_.links_[div].earlier |= Bit(i);
        if (nodes_[i].claims->orig == nodes_[div].claims->orig) {
          chain_.links_[i].later_same |= Bit(div);
          chain_.links_[div].earlier_same |= Bit(i);
        }
      }
    }
    for (size_t i = 0; i < nodes_.size(); ++i) {
      chain_.links_[i].ends_at_target = IsDiv(i) && !Contains(copies_, i) && target_ != nullptr &&
                                        IsDestination(*nodes_[i].claims, *target_);
    }
  }

  // Who reaches the target, and how many hops each is away from an original: in rounds, so that circles do no
  // harm.
  void FindWays() {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      if (!IsDiv(i) && nodes_[i].claims != nullptr) behind_[i] = Behind{Reason::kNone, 0};
      behind_known_[i] = !IsDiv(i);
    }
    for (size_t round = 1; round <= nodes_.size(); ++round) {
      PassportSet reached = 0;
      for (size_t i = 0; i < nodes_.size(); ++i) {
        const auto& link = chain_.links_[i];
        if (link.ends_at_target || (link.later_same & leads_on_) != 0) leads_on_ |= Bit(i);
        if (behind_known_[i]) continue;
        if (AnyOf(link.earlier_same, [&](size_t before) { return behind_known_[before]; })) reached |= Bit(i);
      }
      AnyOf(reached, [&](size_t i) {
        behind_known_[i] = true;
        behind_[i] = Behind{Reason::kNone, round};
        return false;
      });
    }
  }

  Reason ReasonFor(size_t i) {
    if (Contains(copies_, i)) return Reason::kDivChainInvalid;
    const Reason ahead = Ahead(i);
    if (ahead != Reason::kNone) return ahead;
    const Behind behind = BehindOf(i);
    if (behind.reason != Reason::kNone) return behind.reason;
    return behind.hops > limits::kDivHops ? Reason::kDivTooDeep : Reason::kNone;
  }

  // What stands between `i` and the target; kNone when some chain leads there.
  Reason Ahead(size_t i) {
    if (ahead_known_[i]) return ahead_[i];
    ahead_known_[i] = true;
    const auto& link = chain_.links_[i];
    Reason worst = Reason::kDestMismatch;
    if (Contains(leads_on_, i)) {
      worst = Reason::kNone;
    } else if (Contains(cycles_, i)) {
      worst = Reason::kDivChainInvalid;
    } else if (link.later != 0) {
      if (link.later != link.later_same) worst = Reason::kDivChainInvalid;
      AnyOf(link.later_same, [&](size_t next) {
        if (worst == Reason::kDestMismatch) worst = Ahead(next);
        return false;
      });
    }
    return ahead_[i] = worst;
  }

  struct Behind {
    Reason reason = Reason::kNone;
    size_t hops = 0;
  };
  // What stands between the original and `i`, and the fewest hops up to and with `i`. FindWays knows those
  // that have one; this finds out why the others have none.
  Behind BehindOf(size_t i) {
    if (behind_known_[i]) return behind_[i];
    behind_known_[i] = true;
    const auto& link = chain_.links_[i];
    Behind best;
    if (Contains(cycles_, i)) {
      best.reason = Reason::kDivChainInvalid;
    } else if (link.earlier_same == 0) {
      best.reason = link.earlier == 0 ? Reason::kDivChainIncomplete : Reason::kDivChainInvalid;
    } else {
      AnyOf(link.earlier_same, [&](size_t before) {
        if (best.reason != Reason::kDivChainInvalid) best.reason = BehindOf(before).reason;
        return false;
      });
    }
    return behind_[i] = best;
  }

  absl::Span<const DivNode> nodes_;
  const PartyIdentity* target_;
  DivChain chain_;
  PassportSet copies_ = 0, cycles_ = 0, leads_on_ = 0;
  std::array<bool, kPassportsPerCall> ahead_known_{}, behind_known_{};
  std::array<Reason, kPassportsPerCall> ahead_{};
  std::array<Behind, kPassportsPerCall> behind_{};
};

DivChain DivChain::Link(absl::Span<const DivNode> nodes, const PartyIdentity* target) {
  return DivLinker(nodes.subspan(0, kPassportsPerCall), target).Run();
}

// Transitive closure (Warshall) over at most 32 PASSporTs.
PassportSet DivChain::Circles(PassportSet usable) const {
  std::array<PassportSet, kPassportsPerCall> reach{};
  for (size_t i = 0; i < links_.size(); ++i) {
    if (Contains(usable, i)) reach[i] = links_[i].later & usable;
  }
  for (size_t k = 0; k < links_.size(); ++k) {
    for (size_t i = 0; i < links_.size(); ++i) {
      if (Contains(reach[i], k)) reach[i] |= reach[k];
    }
  }
  PassportSet circles = 0;
  for (size_t i = 0; i < links_.size(); ++i) {
    if (Contains(reach[i], i)) circles |= Bit(i);
  }
  return circles;
}

bool DivChain::MayLeadToTarget(size_t i) const {
  if (Contains(diversions_, i)) return false;
  PassportSet seen = 0;
  return Reaches(i, kAllPassports, seen);
}

bool DivChain::LeadsToTarget(size_t i, PassportSet usable) const {
  if (Contains(diversions_, i)) return false;
  PassportSet seen = 0;
  return Reaches(i, usable & ~Circles(usable), seen);
}

// `seen` keeps the walk from trying a PASSporT twice.
bool DivChain::Reaches(size_t i, PassportSet usable, PassportSet& seen) const {
  return AnyOf(links_[i].later_same & usable, [&](size_t next) {
    if (links_[next].reason != Reason::kNone || Contains(seen, next)) return false;
    seen |= Bit(next);
    return links_[next].ends_at_target || Reaches(next, usable, seen);
  });
}

bool DivChain::LeadsToTargetOver(size_t i, PassportSet usable, PassportSet via) const {
  PassportSet seen = 0;
  return i < links_.size() && ReachesOver(i, usable & ~Circles(usable), via, seen);
}

// What follows a diversion that does not reach the target does not either, so the first of `via` decides.
bool DivChain::ReachesOver(size_t i, PassportSet usable, PassportSet via, PassportSet& seen) const {
  return AnyOf(links_[i].later_same & usable, [&](size_t next) {
    if (links_[next].reason != Reason::kNone || Contains(seen, next)) return false;
    seen |= Bit(next);
    if (!Contains(via, next)) return ReachesOver(next, usable, via, seen);
    PassportSet ahead = 0;
    return links_[next].ends_at_target || Reaches(next, usable, ahead);
  });
}

std::vector<size_t> DivChain::Path(PassportSet usable) const {
  usable &= ~Circles(usable);
  std::vector<size_t> path;
  PassportSet seen = 0;
  AnyOf(diversions_ & usable, [&](size_t i) {
    if (links_[i].ends_at_target && links_[i].reason == Reason::kNone) path = PathTo(i, usable, seen);
    return !path.empty();
  });
  return path;
}

// From an original to the diversion `i`; empty when there is no way.
std::vector<size_t> DivChain::PathTo(size_t i, PassportSet usable, PassportSet& seen) const {
  std::vector<size_t> path;
  seen |= Bit(i);
  AnyOf(links_[i].earlier_same & usable, [&](size_t before) {
    if (!Contains(diversions_, before)) {
      path = {before};
    } else if (!Contains(seen, before) && links_[before].reason == Reason::kNone) {
      path = PathTo(before, usable, seen);
    }
    return !path.empty();
  });
  if (!path.empty()) path.push_back(i);
  return path;
}

}  // namespace sti::stir
