// The explorer's views as figures and files.
#include "exports/explore/explore_figures.h"

#include <qcustomplot.h>

#include <QImage>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "exports/explore/explore_json.h"
#include "exports/explore/export_views.h"
#include "exports/figure_csv.h"
#include "exports/figures/figure_file.h"
#include "exports/figures/figure_renderer.h"

using namespace slay;

namespace {

explore::Frame frame_of(explore::Request request = {}) {
    request.variants = {"yat-performer-anchor", "yat-performer-rm"};
    auto frame = explore::explore(request);
    if (!frame) qFatal("%s", frame.error().message.c_str());
    return std::move(frame).value();
}

const Series* series_of(const FigureData& data, const std::string& id) {
    for (const Series& each : data.series)
        if (each.id == id) return &each;
    return nullptr;
}

FigureData figure(const char* id, const explore::Frame& frame, const ExploreView& view = {}) {
    return find_explore_figure(id)->build(frame, view);
}

}  // namespace

class ExploreFiguresTest : public QObject {
    Q_OBJECT

    const explore::Frame frame_ = frame_of();

  private slots:
    void every_view_is_whole() {
        for (const ExploreFigure& row : explore_figures()) {
            const FigureData data = row.build(frame_, {});
            QCOMPARE(data.id, row.id);
            QVERIFY(!data.empty());
            QVERIFY(!row.equation.empty() && !row.caption.empty());
            QVERIFY(data.x.low < data.x.high && data.y.low < data.y.high);
            QVERIFY(!data.x.label.empty() && !data.y.label.empty());
            for (const Series& each : data.series) {
                for (std::size_t i = 1; i < each.points.size(); ++i)
                    QVERIFY(each.points[i - 1].x <= each.points[i].x);
                for (const FigurePoint& point : each.points)
                    QVERIFY(std::isfinite(point.x) && std::isfinite(point.y));
            }
        }
    }

    void the_kernel_figure_holds_the_frame_s_numbers() {
        const FigureData data = figure("explore_kernel", frame_);
        const Series* exact = series_of(data, "exact:yat-spherical");
        QVERIFY(exact);
        // Ascending cosine: the first point is x = -1.
        QCOMPARE(exact->points.front().y, frame_.curves.exact.back());
        const Series* anchor = series_of(data, "estimate:yat-performer-anchor");
        QVERIFY(anchor && anchor->band);
        const explore::Estimate& estimate = frame_.curves.estimates.front();
        QCOMPARE(anchor->points.back().y, estimate.scale * estimate.mean.front());
        QVERIFY(*anchor->points.back().low <= *anchor->points.back().high);
        ExploreView raw;
        raw.scaled = false;
        QCOMPARE(series_of(figure("explore_kernel", frame_, raw), "estimate:yat-performer-anchor")
                     ->points.back()
                     .y,
                 estimate.mean.front());
        ExploreView angle;
        angle.angle = true;
        const FigureData by_angle = figure("explore_kernel", frame_, angle);
        QCOMPARE(by_angle.x.high, 180.0);
        // At an angle of 0 it is 1 / epsilon, far beyond the axes; logarithmic ones hold it.
        QVERIFY(series_of(by_angle, "exact:yat-spherical")->points.front().x > 1);
        angle.log_y = true;
        const FigureData by_log_angle = figure("explore_kernel", frame_, angle);
        QCOMPARE(series_of(by_log_angle, "exact:yat-spherical")->points.front().y,
                 frame_.curves.exact.front());
    }

    void a_logarithmic_axis_shows_what_is_positive_alone() {
        ExploreView view;
        view.log_y = true;
        const FigureData data = figure("explore_kernel", frame_, view);
        for (const Series& each : data.series)
            for (const FigurePoint& point : each.points) {
                QVERIFY(point.y > 0);
                QVERIFY(!point.low || *point.low > 0);
            }
    }

    void the_error_of_the_quadrature_is_that_of_its_curve() {
        const FigureData data = figure("explore_error", frame_);
        const Series* alone = series_of(data, "reference:quadrature");
        QVERIFY(alone);
        const auto at = std::find_if(alone->points.begin(), alone->points.end(),
                                     [](const FigurePoint& p) { return p.x > 0.49; });
        const double x = at->x;
        const double expected =
            std::fabs(frame_.quadrature.estimate(x) / frame_.quadrature.kernel(x) - 1);
        QVERIFY(std::fabs(at->y / expected - 1) < 1e-9);
        // Nothing stands at x = 0, where the kernel is 0.
        for (const FigurePoint& point : alone->points) QVERIFY(point.x != 0);
    }

    void row_sums_say_where_signed_forms_cross_zero() {
        const FigureData data = figure("explore_denominators", frame_);
        QVERIFY2(series_of(data, "row-sums:yat-performer-rm")->label.find("\u2264 0") !=
                     std::string::npos,
                 series_of(data, "row-sums:yat-performer-rm")->label.c_str());
        QCOMPARE(series_of(data, "row-sums:yat-performer-anchor")->label,
                 std::string("SLAY (anchor)"));
        QVERIFY(data.x.low < 0);
        QVERIFY(data.notes.front().find("SLAY (RM)") != std::string::npos);
        // A histogram: the shares of each form sum to at most all rows.
        for (const Series& each : data.series) {
            if (each.kind != SeriesKind::measured) continue;
            double sum = 0;
            for (const FigurePoint& point : each.points) sum += point.y;
            QVERIFY2(sum > 50 && sum < 100.0001, each.id.c_str());
        }
    }

    void maps_are_masked_and_relative_to_uniform() {
        const FigureData data = figure("explore_exact_map", frame_);
        QVERIFY(data.map);
        const auto length = static_cast<std::size_t>(data.map->rows);
        QVERIFY(std::isnan(data.map->values[1]));  // query 1 does not see key 2
        QVERIFY(std::fabs(data.map->values[0] - 1) < 1e-2);
        for (std::size_t i = 0; i < length; ++i) {
            double sum = 0;
            for (std::size_t j = 0; j <= i; ++j) sum += data.map->values[i * length + j];
            QVERIFY(std::fabs(sum / static_cast<double>(i + 1) - 1) < 1e-3);
        }
        const FigureData other = figure("explore_estimate_map", frame_);
        QCOMPARE(other.map->high, data.map->high);
        const FigureData difference = figure("explore_map_difference", frame_);
        QCOMPARE(difference.map->low, -difference.map->high);
        QVERIFY(std::fabs(difference.map->values[length] -
                          (other.map->values[length] - data.map->values[length])) < 1e-12);
    }

    // The drawn map has the colour of its largest weight where that stands, on light and on dark.
    void a_map_is_drawn_where_its_cells_are() {
        FigureData data = figure("explore_exact_map", frame_);
        const int length = data.map->rows;
        for (double& each : data.map->values) each = std::isnan(each) ? each : 0;
        data.map->values[static_cast<std::size_t>(40 * length + 9)] = data.map->high;
        for (const bool dark : {false, true}) {
            QCustomPlot plot;
            plot.resize(500, 420);
            FigureRenderer renderer(&plot);
            const FigureTheme theme =
                dark ? FigureTheme::on_dark(QFont()) : FigureTheme::light(QFont());
            renderer.show(data, theme, false);
            plot.replot(QCustomPlot::rpImmediateRefresh);
            const QImage image = plot.toPixmap(500, 420).toImage();
            const auto colour = [&](double x, double y) {
                return image.pixelColor(static_cast<int>(plot.xAxis->coordToPixel(x)),
                                        static_cast<int>(plot.yAxis->coordToPixel(y)));
            };
            const QColor strong = colour(10, 41), none = colour(20, 41);
            QVERIFY(std::abs(strong.lightness() - none.lightness()) > 60);
            QVERIFY(plot.yAxis->coordToPixel(1) < plot.yAxis->coordToPixel(40));  // row 1 on top
        }
    }

    void a_plot_that_showed_a_map_shows_curves_again() {
        QCustomPlot plot;
        plot.resize(500, 420);
        FigureRenderer renderer(&plot);
        const FigureTheme theme = FigureTheme::light(QFont());
        renderer.show(figure("explore_exact_map", frame_), theme, false);
        QCOMPARE(plot.findChildren<QCPColorScale*>().size(), 1);
        renderer.show(figure("explore_entropy", frame_), theme, false);
        plot.replot(QCustomPlot::rpImmediateRefresh);
        QCOMPARE(plot.findChildren<QCPColorScale*>().size(), 0);
        QVERIFY(!plot.yAxis->rangeReversed());
    }

    void every_view_is_written_in_five_forms_twice_the_same() {
        QTemporaryDir folder;
        std::vector<FigureData> figures;
        for (const char* id : {"explore_kernel", "explore_estimate_map"})
            figures.push_back(figure(id, frame_));
        const auto read = [&](const std::string& name) {
            QFile file(folder.filePath(QString::fromStdString(name)));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        PaperChoice choice;
        choice.formats = view_formats();
        const auto written = export_views(figures, choice, folder.path().toStdString());
        QVERIFY(written.ok());
        QCOMPARE(written->files.size(), std::size_t{10});
        QVERIFY2(!written->check.failed(), check_text(written->check).c_str());
        std::map<std::string, QByteArray> first;
        for (const std::string& file : written->files) first[file] = read(file);
        QVERIFY(first["figures/explore_kernel.pdf"].startsWith("%PDF"));
        QVERIFY(first["figures/explore_kernel.svg"].contains("<svg"));
        QVERIFY(QImage::fromData(first["figures/explore_estimate_map.png"]).width() > 900);
        QVERIFY(first["figures/explore_estimate_map.tex"].contains("matrix plot*"));
        QVERIFY(first["data/explore_kernel.csv"].startsWith("series,Cosine x of query and key"));
        QCOMPARE(first["data/explore_estimate_map.csv"].count('\n'), 64 * 65 / 2 + 1);
        QVERIFY(export_views(figures, choice, folder.path().toStdString()).ok());
        for (const auto& [file, bytes] : first) QVERIFY2(read(file) == bytes, file.c_str());
        QVERIFY(!view_file(figures.front(), "doc", choice));
        // Another venue, another size.
        PaperChoice wide;
        wide.venue = "neurips";
        const auto png = view_file(figures.front(), "png", wide);
        QVERIFY(png.ok());
        QVERIFY(QImage::fromData(QByteArray::fromStdString(*png)).width() >
                QImage::fromData(first["figures/explore_kernel.png"]).width());
    }

    void json_holds_all_numbers_and_no_nan() {
        explore::Request request;
        request.map_variant = "yat-performer-rm";
        request.poly_features = 2;
        const auto json = explore_json(frame_of(request));
        QCOMPARE(json["schema"].get<std::string>(), std::string("slay-explore/1"));
        QCOMPARE(json["curves"]["x"].size(), std::size_t{241});
        QCOMPARE(json["curves"]["estimates"].size(), std::size_t{2});
        QCOMPARE(json["row_sums"]["variants"].size(), std::size_t{7});
        bool missing = false;
        for (const auto& each : json["attention"]["estimate_entropy"]) missing |= each.is_null();
        QVERIFY(missing);
        QVERIFY(nlohmann::json::accept(json.dump()));
    }
};

QTEST_MAIN(ExploreFiguresTest)
#include "explore_figures_test.moc"
