#include "engine/core/point_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

constexpr std::int64_t max_head_dim = 256;

const ParameterInfo* find_row(const std::vector<ParameterInfo>& rows, const std::string& id) {
    const auto found = std::find_if(rows.begin(), rows.end(),
                                    [&](const ParameterInfo& row) { return row.id == id; });
    return found == rows.end() ? nullptr : &*found;
}

Error refused(const std::string& message) {
    return {ErrorKind::bad_data, message};
}

}  // namespace

Status complete_shape(Parameters& p) {
    const std::int64_t width = p.integer("width"), heads = p.integer("heads");
    if (heads > 0 && width % heads != 0)
        return refused(
            fmt::format("width {} does not divide into {} heads: E / H is the head dimension and "
                        "must be whole",
                        width, heads));
    const std::int64_t head_dim = heads > 0 ? width / heads : width;
    if (head_dim % 4 != 0 || head_dim > max_head_dim)
        return refused(
            fmt::format("width {} over {} heads gives a head dimension of {}: expected "
                        "a multiple of 4 up to {}",
                        width, heads, head_dim, max_head_dim));
    p.set("head_dim", head_dim);
    // q, k and v in the widest type; beyond 2^63 bytes not even an offset can be held.
    const double bytes = 3.0 * p.real("batch", 1) * p.real("length") * p.real("width") * 8;
    if (bytes >= std::ldexp(1.0, 63))
        return refused(
            fmt::format("batch {}, length {} and width {} make tensors of {}: more than "
                        "2^63 bytes",
                        p.integer("batch", 1), p.integer("length"), width, format_bytes(bytes)));
    return done();
}

Status check_point(const Point& point) {
    const VariantInfo* variant = find_variant(point.variant);
    if (!find_experiment(point.experiment) || !variant)
        return refused(
            fmt::format("\"{}\" of \"{}\" is known to this program neither as a variant "
                        "nor as an experiment",
                        clean_text(point.variant, 64), clean_text(point.experiment, 64)));
    if (point.id != point_id(point.experiment, point.variant, point.parameters))
        return refused("its id is not the one that its parameters give");
    for (const auto& [id, value] : point.parameters) {
        const ParameterInfo* row = find_row(shared_parameters(), id);
        if (!row) row = find_row(derived_parameters(), id);
        if (!row) row = find_row(variant->parameters, id);
        if (!row) return refused("\"" + clean_text(id, 64) + "\" is no parameter of it");
        if (const auto accepted = accept_value(*row, value); !accepted)
            return refused(id + ": " + accepted.error().message);
    }
    Parameters shaped = point.parameters;
    if (Status status = complete_shape(shaped); !status) return status;
    if (!(shaped == point.parameters)) return refused("its head dimension is not E / H");
    return done();
}

}  // namespace slay
