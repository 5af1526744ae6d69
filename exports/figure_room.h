// Where a figure has room: what it draws, as lines in the area of its axes, and the places that
// these leave for a legend and for reference slopes. The same for every renderer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exports/axis_scale.h"
#include "exports/figure_data.h"

namespace slay {

// Lengths and places in the renderer's unit; places count from the upper left corner of the axes.
struct AreaSize {
    double width = 0, height = 0;
};
struct AreaSpot {
    double x = 0, y = 0;
};
struct AreaBox {
    double left = 0, top = 0, width = 0, height = 0;
};

// A short line of the slope's exponent, and the middle of its label at the upper end.
struct PlacedSlope {
    AreaSpot from, to, label_at;
    std::string label;
};

class FigureRoom {
  public:
    // `x` and `y` are what the axes show; `unit` is how much of the renderer's unit a point has.
    // `data` has to outlive it.
    FigureRoom(const FigureData& data, AreaSize area, AxisRange x, AxisRange y, double unit);

    // Of several forms of a legend (one column, two, ...) the first that stands somewhere without
    // touching curves, markers, intervals, bands, failures or crossovers; as far from them as it
    // can, up to 10 points, and then as near to a corner as it can. Nothing where there is no such
    // place.
    struct Place {
        std::size_t form = 0;
        AreaBox box;
    };
    std::optional<Place> legend(const std::vector<AreaSize>& forms) const;

    // From now on slopes stay out of this box.
    void reserve(const AreaBox& box);

    // Each slope of the figure where it is farthest from what is drawn. None on linear axes, and
    // none for a slope that has no room.
    std::vector<PlacedSlope> slopes(AreaSize label) const;

    AreaSpot spot(double x, double y) const;  // of a value
    std::pair<double, double> value(AreaSpot spot) const;

  private:
    struct Line {
        AreaSpot from, to;
    };
    void add_curve(const Series& series);
    void add_failures();
    bool free(const AreaBox& box, double gap) const;
    std::vector<AreaSpot> outline() const;

    const FigureData& data_;
    AreaSize area_;
    AxisRange x_, y_;
    double unit_;
    std::vector<Line> lines_;
    std::vector<AreaBox> reserved_;
};

}  // namespace slay
