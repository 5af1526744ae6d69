// What a screen draws of a curve: the same picture as of the whole, from fewer points.
#include "exports/figures/lean_lines.h"

#include <QImage>
#include <QPainter>
#include <QTest>
#include <cmath>
#include <limits>

using namespace slay;

namespace {

constexpr QRectF bounds(0, 0, 100, 50);

QImage drawn(const QVector<QPolygonF>& lines, bool filled) {
    QImage image(100, 50, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(filled ? QPen(Qt::NoPen) : QPen(Qt::black, 1.5));
    painter.setBrush(filled ? QBrush(Qt::black) : QBrush(Qt::NoBrush));
    for (const QPolygonF& line : lines)
        filled ? painter.drawPolygon(line) : painter.drawPolyline(line);
    return image;
}

// The largest difference of a pixel, of 255.
int difference(const QImage& a, const QImage& b) {
    int most = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x)
            most = std::max(most, std::abs(qGray(a.pixel(x, y)) - qGray(b.pixel(x, y))));
    return most;
}

QVector<QPointF> wave(double height) {
    QVector<QPointF> line;
    for (int i = 0; i <= 400; ++i) line << QPointF(-50 + 0.5 * i, 25 + height * std::sin(0.06 * i));
    return line;
}

}  // namespace

class LeanLinesTest : public QObject {
    Q_OBJECT

  private slots:
    void a_line_that_leaves_is_cut_where_it_leaves() {
        const QVector<QPointF> line{{-10, 25}, {50, 25}, {50, 1000}, {90, 1000}, {90, 20}};
        const auto pieces = pieces_within(line, bounds);
        QCOMPARE(pieces.size(), 2);
        QCOMPARE(pieces[0], (QPolygonF{QPointF(0, 25), QPointF(50, 25), QPointF(50, 50)}));
        QCOMPARE(pieces[1], (QPolygonF{QPointF(90, 50), QPointF(90, 20)}));
        QVERIFY(pieces_within({{-10, -10}, {200, -10}}, bounds).isEmpty());
        QVERIFY(pieces_within({{10, 10}}, bounds).isEmpty());
    }

    void what_is_no_number_ends_a_piece() {
        const double none = std::numeric_limits<double>::quiet_NaN();
        const auto pieces =
            pieces_within({{10, 10}, {20, 10}, {30, none}, {40, 10}, {50, 10}}, bounds);
        QCOMPARE(pieces.size(), 2);
        QCOMPARE(pieces[1].front(), QPointF(40, 10));
    }

    void a_polygon_is_cut_at_each_side() {
        const QPolygonF all{QPointF(-1e7, -1e7), QPointF(1e7, -1e7), QPointF(1e7, 1e7),
                            QPointF(-1e7, 1e7)};
        QCOMPARE(polygon_within(all, bounds).boundingRect(), bounds);
        QVERIFY(
            polygon_within({{QPointF(-9, 0), QPointF(-5, 0), QPointF(-5, 9)}}, bounds).isEmpty());
        const QPolygonF inside{QPointF(1, 1), QPointF(9, 1), QPointF(5, 9)};
        QCOMPARE(polygon_within(inside, bounds), inside);
    }

    void points_on_a_line_are_left_out_and_corners_are_not() {
        QPolygonF line;
        for (int i = 0; i <= 10; ++i) line << QPointF(i, 0);
        for (int i = 1; i <= 10; ++i) line << QPointF(10, i);
        QCOMPARE(without_straight_points(line, 0.08),
                 (QPolygonF{QPointF(0, 0), QPointF(10, 0), QPointF(10, 10)}));
        // A spike there and back is no straight line.
        const QPolygonF spike{QPointF(0, 0), QPointF(5, 0), QPointF(5, 20), QPointF(5, 0)};
        QVERIFY(without_straight_points(spike, 0.08).contains(QPointF(5, 20)));
        const QPolygonF two{QPointF(0, 0), QPointF(1, 0)};
        QCOMPARE(without_straight_points(two, 0.08), two);
    }

    void the_picture_is_the_same() {
        for (const double height : {10.0, 400.0}) {
            const QVector<QPointF> line = wave(height);
            QVector<QPolygonF> lean;
            qsizetype points = 0;
            for (const QPolygonF& piece : pieces_within(line, bounds.adjusted(-10, -10, 10, 10))) {
                lean << without_straight_points(piece, 0.08);
                points += lean.back().size();
            }
            QVERIFY2(points < line.size() / 2, qPrintable(QString::number(points)));
            QVERIFY(difference(drawn(lean, false), drawn({QPolygonF(line)}, false)) <= 40);

            QPolygonF band(line);
            for (const QPointF p : {QPointF(150, 60), QPointF(-50, 60)}) band << p;
            const QPolygonF lean_band = without_straight_points(
                polygon_within(band, bounds.adjusted(-10, -10, 10, 10)), 0.08);
            QVERIFY(lean_band.size() < band.size() / 2);
            QVERIFY(difference(drawn({lean_band}, true), drawn({band}, true)) <= 40);
        }
    }
};

QTEST_APPLESS_MAIN(LeanLinesTest)
#include "lean_lines_test.moc"
