// Figures on paper: size, fonts, vectors, bytes.
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QtTest>

#include "exports/axis_scale.h"
#include "exports/figures/figure_file.h"
#include "exports/figures/pdf_date.h"
#include "tests/exports/sample_records.h"
#include "tests/slow_build.h"

Q_DECLARE_METATYPE(slay::RunRecord)

using namespace slay;
using namespace slay::testing;

namespace {

QString output_of(const QString& program, const QStringList& arguments) {
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForStarted() || !process.waitForFinished(patient(60000))) return {};
    return QString::fromUtf8(process.readAllStandardOutput() + process.readAllStandardError());
}

QByteArray content(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

const FigureSpec& latency = *find_figure("latency_scaling");

}  // namespace

class PaperTest : public QObject {
    Q_OBJECT
  private slots:
    // What a venue's check would look at.
    void pdf_is_fit_for_print_data() {
        QTest::addColumn<QString>("figure");
        QTest::addColumn<RunRecord>("record");
        for (const FigureSpec& spec : figure_table()) {
            const QString id = QString::fromStdString(spec.id);
            QTest::newRow(qPrintable(id + " h200")) << id << h200_record();
            QTest::newRow(qPrintable(id + " ablation")) << id << ablation_record();
            QTest::newRow(qPrintable(id + " hostile")) << id << hostile_record();
            QTest::newRow(qPrintable(id + " budget")) << id << budget_record();
        }
    }
    void pdf_is_fit_for_print() {
        QFETCH(QString, figure);
        QFETCH(RunRecord, record);
        QTemporaryDir folder;
        const QString path = folder.filePath("figure.pdf");
        const FigureData data = build_figure(*find_figure(figure.toStdString()), record);
        QVERIFY(write_figure_pdf(data, {}, path.toStdString()));

        const QString info = output_of("pdfinfo", {path});
        QVERIFY2(info.contains(QRegularExpression("Pages: +1\\n")), qPrintable(info));
        QVERIFY2(info.contains(QRegularExpression("Page size: +234 x 20[89](\\.\\d+)? pts")),
                 qPrintable(info));
        const QStringList fonts = output_of("pdffonts", {path}).trimmed().split('\n').mid(2);
        QVERIFY(!fonts.isEmpty());
        for (const QString& font : fonts) {
            QVERIFY2(!font.contains("Type 3"), qPrintable(font));
            QVERIFY2(font.contains("CID TrueType") || font.contains("CID Type 0C"),
                     qPrintable(font));
            QVERIFY2(font.contains(QRegularExpression("Identity-H +yes ")), qPrintable(font));
        }
        const QString images = output_of("pdfimages", {"-list", path});
        QCOMPARE(images.trimmed().split('\n').size(), 2);  // its head alone
        QVERIFY(!output_of("pdftotext", {path, "-"}).isEmpty());
    }

    void text_is_set_in_a_times_like_face() {
        QVERIFY2(QStringList({"TeX Gyre Termes", "Liberation Serif", "Nimbus Roman", "Times",
                              "Times New Roman"})
                     .contains(paper_family()),
                 "install fonts-texgyre or fonts-liberation");
        QTemporaryDir folder;
        const QString path = folder.filePath("figure.pdf");
        QVERIFY(write_figure_pdf(build_figure(latency, h200_record()), {}, path.toStdString()));
        const QString text = output_of("pdftotext", {path, "-"});
        for (const char* part : {"Latency (ms)", "Length L (tokens)", "SLAY (anchor)", "32K",
                                 "out of memory", "falls below softmax"})
            QVERIFY2(text.contains(part), part);
    }

    void size_is_that_of_the_venue_data() {
        QTest::addColumn<double>("inches");
        for (const double inches : {3.25, 3.3, 5.5, 6.0, 6.5, 6.75, 6.875, 6.975})
            QTest::addRow("%g in", inches) << inches;
    }
    void size_is_that_of_the_venue() {
        QFETCH(double, inches);
        PaperFormat format;
        format.width_inches = inches;
        const auto pdf = figure_pdf(build_figure(latency, small_record()), format);
        QVERIFY(pdf);
        const QRegularExpression box("/MediaBox \\[0 0 ([0-9.]+) ([0-9.]+)\\]");
        const auto match = box.match(QString::fromLatin1(QByteArray::fromStdString(*pdf)));
        QVERIFY(match.hasMatch());
        QVERIFY(std::abs(match.captured(1).toDouble() - 72 * inches) < 0.51);
        QVERIFY(std::abs(match.captured(2).toDouble() - 72 * format.height_inches) < 0.51);
    }

    void bytes_depend_on_the_record_alone() {
        const FigureData data = build_figure(latency, h200_record());
        const auto one = figure_pdf(data, {}, "2026-11-23T15:00:00Z");
        QTest::qWait(1100);  // the writer's own date would be another second
        const auto two = figure_pdf(data, {}, "2026-11-23T15:00:00Z");
        QVERIFY(one && two);
        QVERIFY(*one == *two);
        QVERIFY(one->find("/CreationDate (D:20261123150000Z)") != std::string::npos);
        const auto undated = figure_pdf(data, {});
        QVERIFY(undated);
        QVERIFY(undated->find("CreationDate") == std::string::npos);
    }

    void references_stay_right_when_the_date_changes() {
        const FigureData data = build_figure(latency, small_record());
        for (const char* created : {"", "2026-11-23T15:00:00Z", "2026-11-23T15:00:00.123Z"}) {
            const auto pdf = figure_pdf(data, {}, created);
            QVERIFY(pdf);
            const QByteArray bytes = QByteArray::fromStdString(*pdf);
            const qsizetype start = bytes.lastIndexOf("startxref\n") + 10;
            const qsizetype table =
                bytes.mid(start, bytes.indexOf('\n', start) - start).toLongLong();
            QCOMPARE(bytes.mid(table, 5), QByteArray("xref\n"));
            const QList<QByteArray> lines = bytes.mid(table).split('\n');
            const int count = lines[1].split(' ')[1].toInt();
            QVERIFY(count > 5);
            for (int i = 1; i < count; ++i) {
                const qsizetype offset = lines[2 + i].left(10).toLongLong();
                QVERIFY(offset > 0);
                const QByteArray head = QByteArray::number(i) + " 0 obj";
                QCOMPARE(bytes.mid(offset, head.size()), head);
            }
        }
    }

    void another_writers_pdf_is_left_alone() {
        for (const char* other :
             {"", "%PDF-1.4 nothing", "/CreationDate (D:2)\nxref\nstartxref\n9"})
            QCOMPARE(with_pdf_date(other, "2026-11-23T15:00:00Z"), std::string(other));
    }

    // Qt's SVG writer does not clip.
    void in_an_svg_nothing_leaves_the_axes() {
        const auto drawn = [](double low, double high) {
            FigureData data = build_figure(latency, h200_record());
            const AxisRange axis = y_range(data);
            data.series.resize(1);
            for (FigurePoint& point : data.series.front().points) {
                point.low = axis.low * low;
                point.high = axis.high * high;
            }
            return figure_svg(data, {}).value();
        };
        const std::string to_the_edge = drawn(1, 1);
        QCOMPARE(drawn(1e-6, 1e6), to_the_edge);
        QVERIFY(drawn(2, 0.5) != to_the_edge);
    }

    void svg_and_png_hold_the_same_figure() {
        QTemporaryDir folder;
        const FigureData data = build_figure(latency, h200_record());
        const QString svg = folder.filePath("figure.svg"), png = folder.filePath("figure.png");
        QVERIFY(write_figure_svg(data, {}, svg.toStdString()));
        QSvgRenderer renderer(svg);
        QVERIFY(renderer.isValid());
        QCOMPARE(renderer.viewBox().size(), QSize(2340, 2088));
        QVERIFY(content(svg).contains("SLAY (anchor)"));
        QVERIFY(!content(svg).contains("<image"));
        QVERIFY(write_figure_png(data, {}, png.toStdString(), 300));
        const QImage image(png);
        QCOMPARE(image.size(), QSize(975, 870));
        QCOMPARE(qRound(image.dotsPerMeterX() * 0.0254), 300);
        QCOMPARE(image.pixelColor(0, 0), QColor(Qt::white));
    }

    void refuses_impossible_sizes() {
        const FigureData data = build_figure(latency, small_record());
        for (const double inches : {0.0, -1.0, 1e9, std::nan("")}) {
            PaperFormat format;
            format.width_inches = inches;
            QVERIFY(!figure_pdf(data, format));
        }
        QVERIFY(!write_figure_png(data, {}, "never-written.png", 1000000));
        QTemporaryDir folder;  // a folder is not a file that can be replaced
        QVERIFY(!write_figure_pdf(data, {}, folder.path().toStdString()));
    }
};

QTEST_MAIN(PaperTest)
#include "paper_test.moc"
