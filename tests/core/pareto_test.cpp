// The front of the best trade-offs: ties, values that are no numbers, one point, and a comparison
// with the definition taken word by word.
#include "engine/core/pareto.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <random>

using namespace slay;

namespace {

std::vector<bool> front_of(std::vector<TradeOff> points) {
    return on_pareto_front(points);
}

using Flags = std::vector<bool>;
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

}  // namespace

class ParetoTest : public QObject {
    Q_OBJECT

  private slots:
    void nothing_has_no_front() { QVERIFY(front_of({}).empty()); }

    void one_point_is_the_front() { QCOMPARE(front_of({{3, 5}}), Flags{true}); }

    void a_point_worse_in_both_is_dominated() {
        QCOMPARE(front_of({{2, 2}, {1, 3}, {3, 1}, {3, 3}}), (Flags{true, true, true, false}));
    }

    void as_good_in_one_and_worse_in_the_other_is_dominated() {
        QCOMPARE(front_of({{1, 2}, {1, 3}}), (Flags{true, false}));
        QCOMPARE(front_of({{2, 1}, {1, 1}}), (Flags{false, true}));
    }

    void equal_points_stand_together() {
        QCOMPARE(front_of({{1, 2}, {2, 1}, {1, 2}}), (Flags{true, true, true}));
        QCOMPARE(front_of({{2, 2}, {1, 1}, {2, 2}}), (Flags{false, true, false}));
    }

    void what_is_not_finite_takes_no_part() {
        QCOMPARE(front_of({{nan_value, 0}, {1, 1}, {0, nan_value}, {-infinite, 0}, {2, infinite}}),
                 (Flags{false, true, false, false, false}));
        QCOMPARE(front_of({{nan_value, nan_value}}), Flags{false});
    }

    void is_the_definition() {
        std::mt19937 random(7);
        for (int run = 0; run < 200; ++run) {
            std::vector<TradeOff> points;
            for (int i = 0; i < 40; ++i)  // a coarse grid, so that there are ties of every kind
                points.push_back(
                    {static_cast<double>(random() % 8), static_cast<double>(random() % 8)});
            const Flags front = front_of(points);
            for (std::size_t i = 0; i < points.size(); ++i) {
                bool dominated = false;
                for (const TradeOff& other : points)
                    dominated =
                        dominated ||
                        (other.first <= points[i].first && other.second <= points[i].second &&
                         (other.first < points[i].first || other.second < points[i].second));
                QCOMPARE(static_cast<bool>(front[i]), !dominated);
            }
        }
    }
};

QTEST_APPLESS_MAIN(ParetoTest)
#include "pareto_test.moc"
