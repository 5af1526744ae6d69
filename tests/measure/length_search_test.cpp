// The search for the longest context over devices made of formulas.
#include "engine/measure/length_search.h"

#include <QtTest>
#include <algorithm>
#include <utility>

using namespace slay;

namespace {

// A device that takes sequences up to `fits`, `ns` for a position (and for each pair, where
// `quadratic`).
struct Device {
    std::int64_t fits;
    double seconds_per_position;
    bool quadratic = false;
    std::vector<std::int64_t> tried = {};
    std::size_t gives_up_after = 1000;

    double seconds(std::int64_t length) const {
        const auto L = static_cast<double>(length);
        return seconds_per_position * L * (quadratic ? L : 1);
    }
    std::optional<ProbedLength> operator()(std::int64_t length, double) {
        if (tried.size() == gives_up_after) return std::nullopt;
        tried.push_back(length);
        if (length > fits) return ProbedLength{length, false, 0, 0};
        return ProbedLength{length, true, seconds(length) * 1e3,
                            0.01 * static_cast<double>(length)};
    }
};

ContextLimits search(Device& device, ContextSettings settings = {}) {
    settings.growth = device.quadratic ? 2 : 1;
    return search_context(settings, std::ref(device));
}

}  // namespace

class LengthSearchTest : public QObject {
    Q_OBJECT

  private slots:
    void the_memory_limit_is_found_to_one_per_cent_data() {
        QTest::addColumn<qint64>("fits");
        for (const qint64 fits : {1, 2, 700, 1023, 1024, 1025, 35'000, 12'345'678, 1'073'741'823})
            QTest::addRow("%lld", static_cast<long long>(fits)) << fits;
    }
    void the_memory_limit_is_found_to_one_per_cent() {
        QFETCH(qint64, fits);
        Device device{fits, 1e-12};
        const ContextLimits limits = search(device);
        QCOMPARE(limits.bound, ContextLimits::Bound::memory);
        QVERIFY(limits.longest.length <= fits);
        QVERIFY(limits.too_long > fits);
        QVERIFY(static_cast<double>(limits.too_long - limits.longest.length) <=
                std::max(1.0, 0.01 * static_cast<double>(limits.longest.length)));
        QCOMPARE(limits.probed.size(), device.tried.size());
        QVERIFY(device.tried.size() < 50);
        std::vector<std::int64_t> once = device.tried;
        std::sort(once.begin(), once.end());
        QVERIFY2(std::adjacent_find(once.begin(), once.end()) == once.end(), "tried twice");
        // Nobody waited: what fits is what one would wait for.
        QCOMPARE(limits.patience, limits.longest.length);
        QVERIFY(!limits.patience_reached);
    }

    void nothing_fits() {
        Device device{0, 1e-12};
        const ContextLimits limits = search(device);
        QCOMPARE(limits.longest.length, std::int64_t{0});
        QCOMPARE(limits.too_long, std::int64_t{1});
        QCOMPARE(limits.patience, std::int64_t{0});
    }

    void everything_fits() {
        Device device{std::int64_t{1} << 40, 1e-13};
        const ContextLimits limits = search(device);
        QCOMPARE(limits.bound, ContextLimits::Bound::length);
        QCOMPARE(limits.longest.length, std::int64_t{1} << 30);
        QCOMPARE(limits.too_long, std::int64_t{0});
    }

    void patience_is_a_limit_of_its_own() {
        Device device{12'000'000, 1e-6};  // a second at a million, twelve at the limit
        const ContextLimits limits = search(device);
        QCOMPARE(limits.bound, ContextLimits::Bound::memory);
        QVERIFY(limits.longest.length > 11'880'000);
        QVERIFY(limits.patience_reached);
        QVERIFY(limits.patience <= 1'000'000);
        QVERIFY(limits.patience >= 990'000);
    }

    void patience_is_aimed_at() {
        Device device{std::int64_t{1} << 40, 1e-9, true};
        ContextSettings settings;
        settings.pass_seconds = 20;
        search(device, settings);
        const auto past = std::count_if(device.tried.begin(), device.tried.end(), [](auto length) {
            return length > 30'000 && length < 33'000;
        });
        QVERIFY(past <= 3);  // halving takes six from 65,536
    }

    // A kernel that is thirty times slower from one length on: few passes behind it are run.
    void a_cliff_costs_few_passes() {
        std::vector<std::int64_t> behind;
        const auto probe = [&](std::int64_t length, double) -> std::optional<ProbedLength> {
            const auto L = static_cast<double>(length);
            if (length > 131'072) behind.push_back(length);
            return ProbedLength{length, true, L * L * 2.6e-8 * (length > 131'072 ? 7 : 1), 1};
        };
        ContextSettings settings;
        settings.growth = 2;
        settings.pass_seconds = 3;
        settings.patience_seconds = 0.5;
        const ContextLimits limits = search_context(settings, probe);
        QCOMPARE(limits.patience, std::int64_t{131'072});
        QVERIFY2(behind.size() <= 5, qPrintable(QString::number(behind.size())));
    }

    void a_pass_that_would_take_too_long_is_not_run() {
        Device device{std::int64_t{1} << 40, 1e-9, true};  // a second at 31,623
        ContextSettings settings;
        settings.pass_seconds = 20;
        const ContextLimits limits = search(device, settings);
        QCOMPARE(limits.bound, ContextLimits::Bound::time);
        QCOMPARE(limits.too_long, std::int64_t{0});
        for (const std::int64_t length : device.tried) QVERIFY(device.seconds(length) <= 20);
        QCOMPARE(limits.longest.length, std::int64_t{131'072});  // 17 s; the double takes 69 s
        QVERIFY(limits.patience <= 31'623 && limits.patience >= 31'300);
    }

    void the_time_limit_is_come_close_to() {
        Device device{std::int64_t{1} << 40, 1e-6};  // 20 s at 20 million
        const ContextLimits limits = search(device);
        QCOMPARE(limits.bound, ContextLimits::Bound::time);
        QVERIFY2(limits.longest.length > 18'000'000 && limits.longest.length <= 20'000'000,
                 qPrintable(QString::number(limits.longest.length)));
    }

    void one_slow_pass_does_not_end_the_search() {
        bool hiccup = true;
        const auto probe = [&](std::int64_t length, double) -> std::optional<ProbedLength> {
            if (length > 50'000) return ProbedLength{length, false, 0, 0};
            const double ms = length == 4096 && std::exchange(hiccup, false) ? 15'000.0 : 1.0;
            return ProbedLength{length, true, ms, 1};
        };
        ContextSettings settings;
        settings.pass_seconds = 20;
        settings.growth = 1;
        const ContextLimits limits = search_context(settings, probe);
        QVERIFY(!hiccup);
        QCOMPARE(limits.bound, ContextLimits::Bound::memory);
        QVERIFY(limits.longest.length > 49'500);
    }

    void a_search_that_is_given_up_says_so() {
        Device device{35'000, 1e-12};
        device.gives_up_after = 3;
        const ContextLimits limits = search(device);
        QCOMPARE(limits.bound, ContextLimits::Bound::interrupted);
        QCOMPARE(limits.probed.size(), std::size_t{3});
    }
};

QTEST_APPLESS_MAIN(LengthSearchTest)
#include "length_search_test.moc"
