#include "common/crypto/digest.h"

#include "gtest/gtest.h"
