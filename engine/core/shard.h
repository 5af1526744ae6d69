// A part of a sweep that one of several tasks measures. The points of one group, the variants of one
// shape, stay in one shard, so that ratios stay paired.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/plan.h"
#include "engine/core/result.h"

namespace slay {

inline constexpr int max_shards = 10000;

struct Shard {
    int index = 1;  // from 1
    int count = 1;
    bool whole() const { return count <= 1; }
    bool operator==(const Shard&) const = default;
};

// "3/8"; nothing where it is no such thing.
std::optional<Shard> parse_shard(std::string_view text);

// Which groups of the spec's plan a shard holds: dearest first, each to the shard that has least to
// do. The same on every machine: what things cost is taken from the default rates, not the device's.
Result<std::set<std::string>> groups_of_shard(const SweepSpec& spec, const Shard& shard);

// The plan with the points of these groups alone.
Plan only_groups(Plan plan, const std::set<std::string>& groups);

// The folder of a shard in that of its job, "JOB/shard-3"; and those that are there, in order.
std::string shard_folder(const std::string& job, int index);
std::vector<std::string> shard_folders(const std::string& job);

}  // namespace slay
