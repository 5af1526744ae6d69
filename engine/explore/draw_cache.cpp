#include "engine/explore/draw_cache.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "engine/core/counter_draws.h"

namespace slay::explore {
namespace {

using Normals = std::shared_ptr<const std::vector<double>>;

constexpr std::size_t most_kept = std::size_t{1} << 22;  // numbers: 32 MB

struct Cache {
    std::mutex mutex;
    std::map<std::pair<std::uint64_t, std::string>, Normals> streams;
    std::size_t kept = 0;
};

Cache& cache() {
    static Cache value;
    return value;
}

}  // namespace

Normals cached_normals(std::uint64_t seed, std::string_view name, std::size_t count) {
    const auto key = std::pair(seed, std::string(name));
    {
        const std::lock_guard lock(cache().mutex);
        const auto found = cache().streams.find(key);
        if (found != cache().streams.end() && found->second->size() >= count) return found->second;
    }
    // A longer list begins with the shorter one where that ends on a pair.
    const auto fresh = std::make_shared<const std::vector<double>>(
        CounterDraws(seed, name).normal(count + count % 2));
    const std::lock_guard lock(cache().mutex);
    Normals& at = cache().streams[key];
    if (at) cache().kept -= at->size();
    at = fresh;
    cache().kept += fresh->size();
    if (cache().kept > most_kept) {
        cache().streams.clear();
        cache().kept = 0;
    }
    return fresh;
}

std::vector<double> cached_unit_vectors(std::uint64_t seed, std::string_view name,
                                        std::size_t count, std::size_t dimension) {
    const Normals normals = cached_normals(seed, name, count * dimension);
    std::vector<double> out(normals->begin(),
                            normals->begin() + static_cast<std::ptrdiff_t>(count * dimension));
    normalise_to_unit(out, dimension);
    return out;
}

}  // namespace slay::explore
