// The renderer on the screen: what it draws, reuses, and answers.
#include <qcustomplot.h>

#include <QtTest>

#include "exports/figures/figure_renderer.h"
#include "exports/figures/series_style.h"
#include "tests/exports/sample_records.h"
#include "tests/slow_build.h"

using namespace slay;
using namespace slay::testing;

namespace {

const FigureSpec& latency = *find_figure("latency_scaling");
const FigureSpec& memory = *find_figure("memory_scaling");
const FigureSpec& budget = *find_figure("feature_budget_pareto");

FigureTheme light() {
    return FigureTheme::light(QApplication::font());
}

struct Shown {
    explicit Shown(QSize size = {900, 560}) : renderer(&plot) {
        plot.resize(size);
        plot.show();
    }
    void show(const FigureData& data, const FigureTheme& theme = light()) {
        renderer.show(data, theme);
        plot.replot(QCustomPlot::rpImmediateRefresh);
    }
    QCustomPlot plot;
    FigureRenderer renderer;
};

// Pixels of about that colour.
int count_pixels(const QImage& image, const QColor& colour) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
        for (int x = 0; x < image.width(); ++x)
            if (std::abs(qRed(line[x]) - colour.red()) +
                    std::abs(qGreen(line[x]) - colour.green()) +
                    std::abs(qBlue(line[x]) - colour.blue()) <
                24)
                ++count;
    }
    return count;
}

}  // namespace

class RendererTest : public QObject {
    Q_OBJECT
  private slots:
    void draws_every_curve_in_its_colour() {
        Shown shown;
        const FigureData data = build_figure(latency, h200_record());
        QCOMPARE(data.series.size(), std::size_t(12));
        for (const bool dark : {false, true}) {
            const QFont font = QApplication::font();
            shown.show(data, dark ? FigureTheme::on_dark(font) : FigureTheme::light(font));
            const QImage image =
                shown.plot.toPixmap().toImage().convertToFormat(QImage::Format_RGB32);
            for (const Series& series : data.series)
                QVERIFY2(count_pixels(image, variant_colour(series.style, dark)) > 40,
                         series.label.c_str());
        }
        QCOMPARE(shown.plot.graphCount(), 12);
        QCOMPARE(shown.plot.graph(0)->data()->size(), 6);
    }

    void reuses_graphs_while_points_arrive() {
        Shown shown;
        FigureData data = build_figure(latency, small_record());
        FigureData part = data;
        for (Series& series : part.series) series.points.resize(1);
        shown.show(part);
        const QCPGraph* first = shown.plot.graph(0);
        QCOMPARE(first->data()->size(), 1);
        shown.show(data);
        QCOMPARE(shown.plot.graph(0), first);
        QCOMPARE(first->data()->size(), 3);
        QCOMPARE(shown.plot.graphCount(), 3);
        data.series.erase(data.series.begin());
        shown.show(data);
        QCOMPARE(shown.plot.graphCount(), 2);
        QCOMPARE(shown.plot.plottableCount(), 4);  // each with its interval bars
    }

    void queues_one_replot_for_many_updates() {
        Shown shown;
        const FigureData data = build_figure(latency, small_record());
        shown.show(data);
        QTest::qWait(300);  // showing and resizing a widget replots it too
        int replots = 0;
        QObject::connect(&shown.plot, &QCustomPlot::afterReplot, &shown.plot, [&] { ++replots; });
        for (int i = 0; i < 30; ++i) shown.renderer.show(data, light());
        QCOMPARE(replots, 0);
        QTRY_VERIFY_WITH_TIMEOUT(replots > 0, patient(60'000));
        QTest::qWait(50);
        QCOMPARE(replots, 1);
    }

    void keeps_a_view_that_was_set_by_hand() {
        Shown shown;
        const FigureData data = build_figure(latency, small_record());
        shown.show(data);
        const QCPRange whole = shown.plot.yAxis->range();
        QVERIFY(whole.lower <= 0.125 && whole.upper >= 32);
        shown.renderer.hold_view();
        shown.plot.yAxis->setRange(1, 3);
        shown.show(data);
        QVERIFY(shown.renderer.view_held());
        QCOMPARE(shown.plot.yAxis->range(), QCPRange(1, 3));
        shown.renderer.reset_view();
        QCOMPARE(shown.plot.yAxis->range(), whole);
        // Another figure starts with its own view.
        shown.renderer.hold_view();
        shown.show(build_figure(memory, small_record()));
        QVERIFY(!shown.renderer.view_held());
        QVERIFY(shown.plot.yAxis->range().upper >= 64);
    }

    void finds_the_point_under_the_cursor() {
        Shown shown;
        shown.show(build_figure(latency, small_record()));
        const QPointF at(shown.plot.xAxis->coordToPixel(4096), shown.plot.yAxis->coordToPixel(32));
        const auto hit = shown.renderer.point_near(at + QPointF(5, -4));
        QVERIFY(hit);
        QCOMPARE(hit->series, QString("measured:standard"));
        QCOMPARE(hit->point.y, 32.0);
        QCOMPARE(shown.renderer.describe(*hit).section(' ', 0, 0), QString("Softmax"));
        QVERIFY(shown.renderer.describe(*hit).contains("L = 4,096: 32.0 ms ["));
        QVERIFY(shown.renderer.describe(*hit).contains("n = 11"));
        QVERIFY(!shown.renderer.point_near(at + QPointF(-60, 0)));
        QVERIFY(!shown.renderer.point_near(QPointF(-5, -5)));
    }

    void hides_a_curve_but_not_its_legend_entry() {
        Shown shown;
        FigureOptions options;
        options.hidden = {"measured:linear"};
        const FigureData data = build_figure(latency, small_record(), options);
        shown.show(data);
        QVERIFY(shown.plot.graph(0)->visible());
        QVERIFY(!shown.plot.graph(1)->visible());
        QSet<QString> entries;
        for (int x = 0; x < shown.plot.width(); x += 4)
            for (int y = 0; y < shown.plot.height(); y += 4)
                if (const auto entry = shown.renderer.legend_entry_at(QPointF(x, y)))
                    entries.insert(*entry);
        QCOMPARE(entries,
                 (QSet<QString>{"measured:standard", "measured:linear", "measured:cosformer"}));
        const QPointF hidden(shown.plot.xAxis->coordToPixel(256),
                             shown.plot.yAxis->coordToPixel(0.5));
        QVERIFY(!shown.renderer.point_near(hidden, 3));
    }

    void puts_the_legend_where_the_curves_are_not() {
        const FigureData data = build_figure(latency, h200_record());
        for (const QSize size : {QSize(1200, 700), QSize(420, 420), QSize(300, 300)}) {
            Shown shown(size);
            shown.show(data);
            const QRect axes = shown.plot.axisRect()->rect();
            QVERIFY2(axes.height() >= 60, qPrintable(QString::number(axes.height())));
            for (int x = axes.left(); x <= axes.right(); x += 3)
                for (int y = axes.top(); y <= axes.bottom(); y += 3)
                    QVERIFY(!shown.renderer.legend_entry_at(QPointF(x, y)));
        }
    }

    void points_at_the_length_in_flight() {
        const auto picture = [](PointState state) {
            const RunRecord record = record_of(
                R"({"schema": "slay-preset/1", "name": "f", "title": "f", "experiments":
                    ["latency"], "variants": ["yat-performer-anchor"], "sweep": {"lengths":
                    [256, 512, 1024]}})",
                [&](const Point& point) -> Outcome {
                    Outcome out;
                    const bool last = point.parameters.integer("length") == 1024;
                    out.result.state = last ? state : PointState::ok;
                    out.result.metrics["latency_ms"] = {1, {}, {}, 1};
                    return out;
                });
            Shown shown;
            shown.show(build_figure(latency, record));
            return count_pixels(
                shown.plot.toPixmap().toImage().convertToFormat(QImage::Format_RGB32),
                QColor::fromRgb(0xFF000000u | find_variant("yat-performer-anchor")->style.colour));
        };
        QVERIFY(picture(PointState::running) > picture(PointState::pending) + 10);
    }

    void a_trade_off_is_points_and_steps() {
        Shown shown;
        const FigureData data = build_figure(budget, budget_record());
        shown.show(data);
        QCOMPARE(static_cast<std::size_t>(shown.plot.graphCount()), data.series.size());
        std::map<std::string, QCPGraph*> graphs;
        for (std::size_t i = 0; i < data.series.size(); ++i)
            graphs[data.series[i].id] = shown.plot.graph(static_cast<int>(i));
        const QCPGraph& points = *graphs.at("measured:yat-performer-anchor");
        QCOMPARE(points.lineStyle(), QCPGraph::lsNone);
        QVERIFY(!points.scatterStyle().isNone());
        const QCPGraph& front = *graphs.at("front:yat-performer-anchor");
        QCOMPARE(front.lineStyle(), QCPGraph::lsStepLeft);
        QVERIFY(front.scatterStyle().size() > points.scatterStyle().size());
        const QCPGraph& common = *graphs.at("front:");
        QCOMPARE(common.lineStyle(), QCPGraph::lsStepLeft);
        QVERIFY(common.scatterStyle().isNone());
        QCOMPARE(common.data()->size(), 3);
        // The whole of it is in view, exact Yat's time too.
        const QCPRange x = shown.plot.xAxis->range(), y = shown.plot.yAxis->range();
        QVERIFY(x.lower < 0.5 && x.upper > 4 && y.lower < 0.4 && y.upper > 0.71);
    }

    void a_trade_off_says_its_budget() {
        Shown shown;
        shown.show(build_figure(budget, budget_record()));
        const auto pixel = [&](double x, double y) {
            return QPointF(shown.plot.xAxis->coordToPixel(x), shown.plot.yAxis->coordToPixel(y));
        };
        const auto hit = shown.renderer.point_near(pixel(2, 0.4) + QPointF(3, 2));
        QVERIFY(hit);
        QCOMPARE(QString::fromStdString(hit->point.point), QString("yat-performer-anchor1-16"));
        QCOMPARE(shown.renderer.describe(*hit),
                 QString("SLAY (anchor)   R = 1, M = 8, P = 16\n"
                         "Relative L2 0.400 [0.380, 0.420], n = 3\n"
                         "Latency 2.00 ms, Peak memory 3.00 MB, on the Pareto front"));
        // The common front lies under those of the variants and takes no clicks.
        QVERIFY(shown.renderer.point_near(pixel(1, 0.5))->series == "front:yat-performer-anchor");
    }

    void highlights_one_curve() {
        Shown shown;
        shown.show(build_figure(latency, small_record()));
        const double width = shown.plot.graph(0)->pen().widthF();
        const QColor other = shown.plot.graph(1)->pen().color();
        shown.renderer.highlight("measured:standard");
        QVERIFY(shown.plot.graph(0)->pen().widthF() > width);
        QVERIFY(shown.plot.graph(1)->pen().color() != other);
        shown.renderer.highlight({});
        QCOMPARE(shown.plot.graph(0)->pen().widthF(), width);
        QCOMPARE(shown.plot.graph(1)->pen().color(), other);
    }

    void fills_a_band_between_its_edges() {
        Shown shown;
        FigureData data = build_figure(latency, small_record());
        data.series.resize(1);
        Series& series = data.series[0];
        series.points.resize(2);
        for (FigurePoint& point : series.points) {
            point.low = point.y / 2;
            point.high = point.y * 2;
        }
        const QColor colour = series_colour(series, light(), Emphasis::normal);
        const QColor filled = blend(colour, light().ground, 0.8);
        const auto pixels = [&] {
            shown.show(data);
            return count_pixels(shown.plot.toPixmap().toImage(), filled);
        };
        const int without = pixels();
        series.band = true;
        const int with = pixels();
        QVERIFY2(with > without + 2000, qPrintable(QString("%1 %2").arg(without).arg(with)));
        series.hidden = true;
        QVERIFY(pixels() < without + 200);
        data.series.clear();  // the edges go with the curve
        shown.show(data);
        QCOMPARE(shown.plot.graphCount(), 0);
    }

    void marks_a_long_curve_a_dozen_times() {
        Shown shown;
        FigureData data = build_figure(latency, small_record());
        data.series.resize(1);
        data.series[0].band = true;
        const FigurePoint first = data.series[0].points[0];
        data.series[0].points.clear();
        for (int i = 0; i < 200; ++i) {
            data.series[0].points.push_back(first);
            data.series[0].points.back().x = 256 + i;
        }
        shown.show(data);
        const int skip = shown.plot.graph(0)->scatterSkip();
        QVERIFY(200 / (skip + 1) >= 10 && 200 / (skip + 1) <= 14);
    }

    void survives_empty_and_odd_figures() {
        Shown shown;
        shown.show(FigureData());
        shown.show(build_figure(latency, RunRecord()));
        for (const FigureSpec& spec : figure_table()) {
            FigureOptions options;
            options.log_x = options.log_y = false;
            shown.show(build_figure(spec, hostile_record()));
            const FigureData data = build_figure(spec, hostile_record(), options);
            shown.show(data);
            QCOMPARE(static_cast<std::size_t>(shown.plot.graphCount()), data.series.size());
            const bool measured = !figure_panels(spec, hostile_record()).empty();
            QCOMPARE(shown.plot.graphCount() > 0, measured);
        }
        FigureData one = build_figure(latency, small_record());
        one.series.resize(1);
        one.series[0].points.resize(1);
        one.x.low = one.x.high = one.series[0].points[0].x;
        one.y.low = one.y.high = one.series[0].points[0].y;
        shown.show(one);
        QVERIFY(shown.plot.yAxis->range().contains(one.y.low));
        QVERIFY(shown.plot.xAxis->range().contains(one.x.low));
    }

    void outlives_neither_more_nor_less_than_its_plot() {
        QCustomPlot plot;
        {
            FigureRenderer renderer(&plot);
            renderer.show(build_figure(latency, small_record()), light());
        }
        plot.replot(QCustomPlot::rpImmediateRefresh);  // the renderer is gone
        auto other = std::make_unique<QCustomPlot>();
        FigureRenderer late(other.get());
        late.show(build_figure(latency, small_record()), light());
        other.reset();  // the plot goes first
        QVERIFY(plot.graphCount() == 3);
    }
};

QTEST_MAIN(RendererTest)
#include "renderer_test.moc"
