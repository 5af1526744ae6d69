// Models of several seeds side by side: their heads are the heads of one Attention.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "engine/attention/attention.h"

namespace slay {

// An attention of S * H heads for S seeds of H = config.heads heads each: heads s H .. (s + 1) H -
// 1 compute what make_attention() gives for seed s alone, with that seed's random features. The
// config's own seed is not used. Throws as make_attention, and on an empty list.
std::unique_ptr<Attention> make_seed_attention(std::string_view variant,
                                               const AttentionConfig& config,
                                               std::span<const std::uint64_t> seeds);

}  // namespace slay
