// What the machine that runs a test can do.
#ifndef COMMON_TESTING_IPV6_H_
#define COMMON_TESTING_IPV6_H_

namespace sti::testing {

// Whether ::1 can be bound; containers often have IPv6 switched off.
bool HasIpv6Loopback();

}  // namespace sti::testing

#endif  // COMMON_TESTING_IPV6_H_
