#include "exports/figure_room.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "exports/paper/paper_sizes.h"

namespace slay {
namespace {

// Share of the way from low to high.
double share_of(double value, AxisRange range, bool log) {
    if (log) return std::log(value / range.low) / std::log(range.high / range.low);
    return (value - range.low) / (range.high - range.low);
}

double value_at(double share, AxisRange range, bool log) {
    if (log) return range.low * std::pow(range.high / range.low, share);
    return range.low + (range.high - range.low) * share;
}

AreaSpot between(AreaSpot a, AreaSpot b, double share) {
    return {a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
}

double distance(AreaSpot a, AreaSpot b) {
    return std::hypot(a.x - b.x, a.y - b.y);
}

// Whether a line meets a box (Liang and Barsky).
bool meets(AreaSpot from, AreaSpot to, const AreaBox& box) {
    double enter = 0, leave = 1;
    const auto clip = [&](double along, double room) {
        if (along == 0) return room >= 0;
        const double at = room / along;
        if (along < 0)
            enter = std::max(enter, at);
        else
            leave = std::min(leave, at);
        return enter <= leave;
    };
    const double dx = to.x - from.x, dy = to.y - from.y;
    return clip(-dx, from.x - box.left) && clip(dx, box.left + box.width - from.x) &&
           clip(-dy, from.y - box.top) && clip(dy, box.top + box.height - from.y);
}

}  // namespace

FigureRoom::FigureRoom(const FigureData& data, AreaSize area, AxisRange x, AxisRange y, double unit)
    : data_(data), area_(area), x_(x), y_(y), unit_(unit) {
    for (const Series& series : data.series)
        if (!series.hidden && !series.points.empty()) add_curve(series);
    add_failures();
}

AreaSpot FigureRoom::spot(double x, double y) const {
    return {area_.width * share_of(x, x_, data_.x.log),
            area_.height * (1 - share_of(y, y_, data_.y.log))};
}

std::pair<double, double> FigureRoom::value(AreaSpot spot) const {
    return {value_at(spot.x / area_.width, x_, data_.x.log),
            value_at(1 - spot.y / area_.height, y_, data_.y.log)};
}

void FigureRoom::add_curve(const Series& series) {
    const bool level = series.dots && series.kind == SeriesKind::reference;
    for (std::size_t i = 0; i < series.points.size(); ++i) {
        const FigurePoint& point = series.points[i];
        const AreaSpot here = spot(point.x, point.y);
        if (level) {  // a bar as wide as its category
            lines_.push_back({spot(point.x - 0.45, point.y), spot(point.x + 0.45, point.y)});
            continue;
        }
        lines_.push_back({here, here});
        const auto end = [&](const std::optional<double>& value, double floor) {
            if (!value) return here.y;
            return data_.y.log && !(*value > 0) ? floor : spot(point.x, *value).y;
        };
        const double low = end(point.low, area_.height), high = end(point.high, here.y);
        if (low != high) lines_.push_back({{here.x, low}, {here.x, high}});
        if (i + 1 == series.points.size() || series.dots || series.join == Join::none) continue;
        const FigurePoint& following = series.points[i + 1];
        const AreaSpot next = spot(following.x, following.y);
        if (series.join == Join::steps) {
            lines_.push_back({here, {next.x, here.y}});
            lines_.push_back({{next.x, here.y}, next});
            continue;
        }
        lines_.push_back({here, next});
        if (!series.band || !point.low || !point.high || !following.low || !following.high)
            continue;
        const AreaSpot low_next = spot(following.x, *following.low),
                       high_next = spot(following.x, *following.high);
        constexpr int strokes = 8;  // a band is no empty place between its edges
        for (int k = 0; k <= strokes; ++k) {
            const double share = static_cast<double>(k) / strokes;
            lines_.push_back({between({here.x, low}, low_next, share),
                              between({here.x, high}, high_next, share)});
        }
    }
}

// Marks at the top edge, one below the other.
void FigureRoom::add_failures() {
    const double size = PaperSizes().marker_points * unit_;
    std::map<double, int> stacked;
    for (const Series& series : data_.series) {
        if (series.hidden || series.kind != SeriesKind::measured) continue;
        for (const UndrawnPoint& point : series.undrawn) {
            if (point.state == PointState::running) continue;
            const double x = area_.width * share_of(point.x, x_, data_.x.log);
            const double y = (0.9 + 1.35 * stacked[point.x]++) * size;
            lines_.push_back({{x, y}, {x, y}});
            if (data_.x.categories.empty()) break;
        }
    }
}

bool FigureRoom::free(const AreaBox& box, double gap) const {
    const AreaBox wider{box.left - gap, box.top - gap, box.width + 2 * gap, box.height + 2 * gap};
    return std::none_of(lines_.begin(), lines_.end(),
                        [&](const Line& line) { return meets(line.from, line.to, wider); });
}

std::optional<FigureRoom::Place> FigureRoom::legend(const std::vector<AreaSize>& forms) const {
    constexpr int steps = 24;
    const double edge = 3 * unit_;
    for (const double gap : {10.0, 6.0, 3.5})
        for (std::size_t form = 0; form < forms.size(); ++form) {
            const AreaSize size = forms[form];
            const double across = area_.width - size.width - 2 * edge;
            const double down = area_.height - size.height - 2 * edge;
            if (across < 0 || down < 0) continue;
            std::optional<Place> best;
            double nearest = 0;
            for (int i = 0; i <= steps; ++i)
                for (int k = 0; k <= steps; ++k) {
                    const AreaBox box{edge + across * i / steps, edge + down * k / steps,
                                      size.width, size.height};
                    const double corner =
                        std::min(i, steps - i) * across + std::min(k, steps - k) * down;
                    if (best && corner >= nearest) continue;
                    if (!free(box, gap * unit_)) continue;
                    best = Place{form, box};
                    nearest = corner;
                }
            if (best) return best;
        }
    return std::nullopt;
}

void FigureRoom::reserve(const AreaBox& box) {
    reserved_.push_back(box);
}

// What is drawn, as points that stand close together.
std::vector<AreaSpot> FigureRoom::outline() const {
    std::vector<AreaSpot> out;
    const double step = 6 * unit_;
    for (const Line& line : lines_) {
        const int pieces = std::clamp(static_cast<int>(distance(line.from, line.to) / step), 1, 40);
        for (int k = 0; k <= pieces; ++k)
            out.push_back(between(line.from, line.to, static_cast<double>(k) / pieces));
    }
    constexpr std::size_t most = 4000;  // a denser outline would only cost time
    if (out.size() > most) {
        std::vector<AreaSpot> thinner;
        for (const AreaSpot& spot : out)
            if (thinner.empty() || distance(thinner.back(), spot) > 0.8 * step)
                thinner.push_back(spot);
        out = std::move(thinner);
    }
    for (const AreaBox& box : reserved_)
        for (double x = box.left; x <= box.left + box.width; x += step)
            for (double y = box.top; y <= box.top + box.height; y += step) out.push_back({x, y});
    return out;
}

std::vector<PlacedSlope> FigureRoom::slopes(AreaSize label) const {
    std::vector<PlacedSlope> out;
    if (!data_.x.log || !data_.y.log || data_.slopes.empty() || data_.empty()) return out;
    std::vector<AreaSpot> taken = outline();
    // Units for each factor e, on each axis.
    const double per_x = area_.width / std::log(x_.high / x_.low);
    const double per_y = area_.height / std::log(y_.high / y_.low);
    constexpr int steps = 16;
    const double margin = 4 * unit_;
    const double enough = 30 * unit_;  // near the curves it helps more than in a far corner
    const auto inside = [&](double left, double top, double right, double bottom) {
        return left >= margin && top >= margin && right <= area_.width - margin &&
               bottom <= area_.height - margin;
    };
    for (const ReferenceSlope& slope : data_.slopes) {
        const double rise = slope.exponent * per_y / per_x;  // up for one to the right
        const double run = std::min(area_.width * 0.26, area_.height * 0.34 / rise);
        PlacedSlope best;
        double best_room = -1;
        for (int i = 1; i < steps; ++i)
            for (int j = 1; j < steps; ++j) {
                const AreaSpot middle{area_.width * i / steps, area_.height * j / steps};
                const AreaSpot from{middle.x - run / 2, middle.y + run * rise / 2};
                const AreaSpot to{middle.x + run / 2, middle.y - run * rise / 2};
                // The label stands at the upper end, on the side where the line is not.
                const AreaSpot at{to.x + label.width * 0.5 + 2 * unit_, to.y + label.height * 0.2};
                if (!inside(from.x, to.y, to.x, from.y) ||
                    !inside(at.x - label.width / 2, at.y - label.height / 2, at.x + label.width / 2,
                            at.y + label.height / 2))
                    continue;
                double room = enough;
                for (const AreaSpot& point : taken) {
                    for (int k = 0; k <= 4; ++k)
                        room = std::min(room, distance(point, between(from, to, k / 4.0)));
                    room = std::min(room, distance(point, at) - label.height / 2);
                    if (room <= best_room) break;
                }
                if (room > best_room + 1e-6) {
                    best_room = room;
                    best = {from, to, at, slope.label};
                }
            }
        if (best_room < 0) continue;
        out.push_back(best);
        for (int k = 0; k <= 8; ++k) taken.push_back(between(best.from, best.to, k / 8.0));
        taken.push_back(best.label_at);
    }
    return out;
}

}  // namespace slay
