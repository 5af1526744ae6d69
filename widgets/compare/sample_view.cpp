#include "widgets/compare/sample_view.h"

#include <qcustomplot.h>

#include <QApplication>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "engine/core/statistics.h"
#include "engine/core/units.h"
#include "exports/figures/figure_theme.h"
#include "exports/panels.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

QString line(const std::string& text) {
    return QString::fromStdString(clean_text(text, 300)).replace('\n', ' ');
}

// Where, when and with which program the point was measured.
QStringList provenance_lines(const Provenance& from) {
    QStringList lines;
    lines << QObject::tr("Device: %1")
                 .arg(line(from.device_name.empty() ? from.device : from.device_name));
    lines << QObject::tr("Program: %1, revision %2%3, %4")
                 .arg(line(from.program_version), line(from.git_revision).left(12),
                      from.git_dirty ? QObject::tr(" with changes") : QString(),
                      line(from.build_type));
    lines << QObject::tr("Started: %1").arg(line(from.started));
    return lines;
}

}  // namespace

SampleView::SampleView(QWidget* parent) : QWidget(parent) {
    text_ = new QLabel;
    text_->setTextFormat(Qt::PlainText);
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    text_->setAccessibleName(tr("About the number"));
    order_ = new QCustomPlot;
    order_->setAccessibleName(tr("Samples in the order taken"));
    order_->addGraph();
    histogram_ = new QCustomPlot;
    histogram_->setAccessibleName(tr("Histogram of the samples"));
    bars_ = new QCPBars(histogram_->xAxis, histogram_->yAxis);
    for (QCustomPlot* plot : {order_, histogram_}) plot->setMinimumHeight(90);
    text_->setMinimumWidth(180);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * unit, unit, 2 * unit, unit);
    layout->addWidget(text_);
    layout->addWidget(order_, 1);
    layout->addWidget(histogram_, 1);
    clear();
}

QString SampleView::text() const {
    return text_->text();
}

void SampleView::clear() {
    text_->setText(
        tr("Click a number to see its samples, its configuration and where it was "
           "measured."));
    order_->hide();
    histogram_->hide();
}

void SampleView::show_row(const RunComparison& runs, const RunComparison::Row& row) {
    const RunRecord& record = *runs.runs()[row.run].record;
    const RecordedPoint& point = *row.point;
    const MetricInfo metric = metric_info(record, runs.metric());
    QStringList lines;
    lines << line(point.point.variant + " in " + runs.runs()[row.run].label);
    QString value = line(std::string(to_string(point.result.state)));
    if (row.value) {
        value += ": " + line(metric.heading + ' ' + format_number(row.value->value, metric.digits) +
                             ' ' + metric.unit);
        if (row.value->low && row.value->high)
            value += QStringLiteral(" [%1, %2]")
                         .arg(line(format_number(*row.value->low, metric.digits)),
                              line(format_number(*row.value->high, metric.digits)));
    }
    lines << value;
    if (!point.result.reason.empty()) lines << line(point.result.reason);
    QStringList parameters;
    for (const auto& [id, each] : point.point.parameters)
        parameters << line(describe_parameter(id, each));
    lines << parameters.join(", ");
    const auto samples = point.samples.find(runs.metric());
    const bool has_samples = samples != point.samples.end() && !samples->second.values.empty() &&
                             !holds_nan(samples->second.values);
    if (has_samples) {
        const SampleSummary summary = summarise(samples->second.values);
        const auto number = [&](double x) { return line(format_number(x, metric.digits)); };
        lines << tr("%1 samples: median %2, 20 % %3, 80 % %4, least %5, most %6")
                     .arg(QString::number(samples->second.values.size()),
                          number(summary.median.value), number(summary.p20), number(summary.p80),
                          number(summary.minimum), number(summary.maximum));
    }
    if (const auto clock = point.result.metrics.find("sm_clock_mhz");
        clock != point.result.metrics.end())
        lines << tr("Clock while it was measured: %1 MHz (median)")
                     .arg(line(format_number(clock->second.value, 0)));
    for (const RecordedPoint::Attempt& attempt : point.earlier) {
        const Metrics before = metrics_of(record, as_measured(point, attempt));
        const auto known = before.find(runs.metric());
        lines << tr("Measured before: %1%2")
                     .arg(line(std::string(to_string(attempt.result.state))),
                          known == before.end()
                              ? QString()
                              : ", " + line(format_number(known->second.value, metric.digits) +
                                            ' ' + metric.unit));
    }
    for (const auto& [key, note] : point.result.notes) lines << line(key + ": " + note);
    lines << provenance_lines(record.origin(point));
    text_->setText(lines.join('\n'));
    order_->setVisible(has_samples);
    histogram_->setVisible(has_samples);
    if (has_samples) draw(samples->second.values);
}

void SampleView::draw(const std::vector<double>& values) {
    QVector<double> index, taken;
    for (std::size_t i = 0; i < values.size(); ++i) {
        index.append(static_cast<double>(i + 1));
        taken.append(values[i]);
    }
    order_->graph(0)->setLineStyle(QCPGraph::lsNone);
    order_->graph(0)->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, 4));
    order_->graph(0)->setData(index, taken, true);
    order_->rescaleAxes();
    order_->xAxis->setLabel(tr("sample"));
    order_->yAxis->ticker()->setTickCount(3);
    histogram_->yAxis->ticker()->setTickCount(3);
    histogram_->xAxis->ticker()->setTickCount(4);

    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const int bins = std::clamp(static_cast<int>(std::sqrt(values.size())), 5, 40);
    const double width = std::max((*most - *least) / bins, std::abs(*most) * 1e-9 + 1e-300);
    QVector<double> centres, counts;
    for (int i = 0; i < bins; ++i) {
        centres.append(*least + (i + 0.5) * width);
        counts.append(0);
    }
    for (const double value : values)
        counts[std::clamp(static_cast<int>((value - *least) / width), 0, bins - 1)] += 1;
    bars_->setData(centres, counts, true);
    bars_->setWidth(width);
    histogram_->rescaleAxes();
    histogram_->yAxis->setRangeLower(0);
    retheme();
}

void SampleView::retheme() {
    const FigureTheme theme = FigureTheme::screen(QApplication::palette(), QApplication::font());
    for (QCustomPlot* plot : {order_, histogram_}) {
        plot->setBackground(theme.ground);
        for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) {
            axis->setBasePen(theme.axis);
            axis->setTickPen(theme.axis);
            axis->setSubTickPen(theme.axis);
            axis->setTickLabelColor(theme.text);
            axis->setLabelColor(theme.text);
            axis->setTickLabelFont(theme.tick_font);
            axis->grid()->setVisible(false);
        }
        plot->replot(QCustomPlot::rpQueuedReplot);
    }
    order_->graph(0)->setPen(QPen(theme.accent));
    bars_->setPen(QPen(theme.ground));
    bars_->setBrush(theme.accent);
}

}  // namespace slay
