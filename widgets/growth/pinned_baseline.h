// A curve that was pinned: what others are measured by, in this run and in the runs after it.
#pragma once

#include <QJsonObject>
#include <QObject>
#include <QString>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/comparison.h"
#include "engine/core/run_record.h"
#include "exports/figure_data.h"

namespace slay {

class PinnedBaseline : public QObject {
    Q_OBJECT

  public:
    explicit PinnedBaseline(QObject* parent = nullptr) : QObject(parent) {}

    // Takes a copy of the curve's figures; `run`: the run's name, for the label.
    void pin(const FigureData& figure, const Series& series, const RunRecord& record,
             const QString& run);
    void clear();
    bool active() const { return !points_.empty(); }
    QString label() const { return label_; }  // "SLAY (anchor), run latency-2"

    // Whether the figure shows the pinned metric under the pinned conditions.
    bool belongs_to(const FigureData& figure) const;
    // Draws it into such a figure; with `ratio` everything becomes a multiple of it instead, and
    // what has no pinned point at its place is left out, with a note.
    void decorate(FigureData& figure, bool ratio) const;
    // y as a multiple of the pinned curve at x; nothing where it has no point.
    std::optional<double> ratio_at(double x, double y) const;

    // A recorded point's figure over the pinned one of the same conditions, whatever its variant;
    // nothing where there is none.
    std::optional<Compared> against(const RunRecord& record, const RecordedPoint& point,
                                    const Metrics& metrics) const;
    const std::string& metric() const { return metric_; }

    QJsonObject state() const;  // for the session; what is damaged in it is no baseline
    void restore(const QJsonObject& state);

  signals:
    void changed();

  private:
    struct Pinned {
        double x = 0;
        MetricValue value;
        std::string conditions;  // of its point: see conditions_of
    };
    const Pinned* at(double x) const;
    void index();

    QString label_;
    std::string figure_, panel_, metric_, x_parameter_, experiment_, device_;
    std::vector<Pinned> points_;  // by x
    std::map<std::string, std::size_t, std::less<>> by_conditions_;
};

}  // namespace slay
