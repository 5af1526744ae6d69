// A figure whose x axis is a choice: names for ticks, points beside each other, levels as bars.
#include <qcustomplot.h>

#include <QImage>
#include <QTemporaryDir>
#include <QtTest>

#include "exports/figures/figure_file.h"
#include "exports/figures/figure_renderer.h"
#include "tests/exports/sample_records.h"
#include "tests/exports/task_records.h"

using namespace slay;
using namespace slay::testing;

namespace {

const FigureSpec& tasks = *find_figure("task_performance");

struct Shown {
    Shown() : renderer(&plot) {
        plot.resize(900, 560);
        plot.show();
    }
    void show(const FigureData& data) {
        renderer.show(data, FigureTheme::light(QApplication::font()));
        plot.replot(QCustomPlot::rpImmediateRefresh);
    }
    QCustomPlot plot;
    FigureRenderer renderer;
};

}  // namespace

class CategoriesTest : public QObject {
    Q_OBJECT
  private slots:
    void names_stand_on_the_axis_and_points_beside_each_other() {
        Shown shown;
        shown.show(build_figure(tasks, small_task_record()));
        const QVector<QString> labels = shown.plot.xAxis->tickVectorLabels();
        const QVector<QString> wanted{"Copy", "Needle in a haystack", "Associative recall"};
        QVERIFY(labels == wanted);
        QCOMPARE(shown.plot.xAxis->tickLabelRotation(), 0.0);
        QVERIFY(shown.plot.yAxis->range().contains(1.0) && shown.plot.yAxis->range().upper < 1.1);
        for (int i = 0; i < shown.plot.graphCount(); ++i)
            QVERIFY(shown.plot.graph(i)->lineStyle() == QCPGraph::lsNone);
    }

    void many_names_lean() {
        Shown shown;
        shown.show(
            build_figure(tasks, preset_task_record(SLAY_SOURCE_DIR "/presets/tasks-full.json")));
        QCOMPARE(shown.plot.xAxis->tickVectorLabels().size(), 22);
        QCOMPARE(shown.plot.xAxis->tickLabelRotation(), -45.0);
        // Another figure in the same plot has its lines and numbers again.
        shown.show(build_figure(*find_figure("latency_scaling"), small_record()));
        QCOMPARE(shown.plot.xAxis->tickLabelRotation(), 0.0);
        QVERIFY(shown.plot.graph(0)->lineStyle() == QCPGraph::lsLine);
        QVERIFY(!shown.plot.xAxis->tickVectorLabels().contains("Copy"));
    }

    void the_value_under_the_cursor_names_the_task() {
        Shown shown;
        const FigureData data = build_figure(tasks, small_task_record());
        shown.show(data);
        for (const Series& series : data.series) {
            if (series.id != "measured:yat-performer-anchor") continue;
            const FigurePoint& copy = series.points.front();
            const auto hit = shown.renderer.point_near(
                {shown.plot.xAxis->coordToPixel(copy.x), shown.plot.yAxis->coordToPixel(copy.y)});
            QVERIFY(hit);
            const QString text = shown.renderer.describe(*hit);
            QVERIFY2(text.startsWith("SLAY (anchor)   Copy: 0.945"), qPrintable(text));
            QVERIFY2(text.endsWith("n = 3"), qPrintable(text));
            return;
        }
        QFAIL("the curve is not in the figure");
    }

    // SLAY_KEEP_FIGURES=folder keeps what is drawn here, to be looked at.
    void is_drawn_on_paper_in_both_widths() {
        QTemporaryDir folder;
        const QString kept = qEnvironmentVariable("SLAY_KEEP_FIGURES");
        const QString where = kept.isEmpty() ? folder.path() : kept;
        const RunRecord four = preset_task_record(SLAY_SOURCE_DIR "/presets/tasks.json");
        const RunRecord suite = preset_task_record(SLAY_SOURCE_DIR "/presets/tasks-full.json");
        for (const double width : {3.25, 6.75}) {
            PaperFormat format;
            format.width_inches = width;
            for (const auto& [name, record] :
                 {std::pair("four", &four), std::pair("suite", &suite)}) {
                const QString path =
                    QStringLiteral("%1/%2_%3").arg(where, name, QString::number(width));
                const FigureData data = build_figure(tasks, *record);
                QVERIFY(write_figure_pdf(data, format, (path + ".pdf").toStdString()));
                QVERIFY(write_figure_png(data, format, (path + ".png").toStdString(), 200));
                QCOMPARE(QImage(path + ".png").width(), qRound(200 * width));
            }
        }
    }
};

QTEST_MAIN(CategoriesTest)
#include "categories_test.moc"
