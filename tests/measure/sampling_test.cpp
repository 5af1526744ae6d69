// Warm-up and rounds, with a clock and workloads of our own making.
#include "engine/measure/sampling.h"

#include <QtTest>
#include <cmath>
#include <map>
#include <stdexcept>
#include <vector>

#include "engine/core/statistics.h"

using namespace slay;

namespace {

// Time passes only when a workload says so.
struct FakeTime {
    double seconds = 0;
    Clock clock() {
        return [this] { return seconds; };
    }
    // A workload of constant duration with `jitter` of it added in a fixed pattern.
    TimedIteration workload(double ms, double jitter = 0) {
        return [this, ms, jitter, n = 0]() mutable {
            const double duration = ms * (1 + jitter * ((n * 7 % 11) - 5) / 5.0);
            ++n;
            seconds += duration / 1e3;
            return duration;
        };
    }
};

SamplingSettings settings() {
    SamplingSettings result;
    result.warmup_iterations = 10;
    result.warmup_seconds = 1;
    result.min_samples = 10;
    result.max_samples = 1000;
    result.relative_interval = 0.005;
    result.point_seconds = 2;
    return result;
}

}  // namespace

class SamplingTest : public QObject {
    Q_OBJECT

  private slots:
    void warm_up_ends_when_the_median_settles() {
        FakeTime time;
        RunControl control;
        RoundSampler sampler(settings(), 1, control, time.clock());
        int n = 0;  // 40 iterations that grow faster one by one, then steady
        const WarmupOutcome outcome = sampler.warm_up([&] {
            const double ms = n < 40 ? 10.0 - 0.2 * n : 2.0;
            ++n;
            time.seconds += ms / 1e3;
            return ms;
        });
        QVERIFY(outcome.settled);
        QCOMPARE(outcome.iterations, n);
        // Both windows of five lie behind the fall, or at its very end.
        QVERIFY2(n >= 45 && n <= 52, qPrintable(QString::number(n)));
    }

    void warm_up_takes_ten_iterations_of_a_steady_workload() {
        FakeTime time;
        RunControl control;
        RoundSampler sampler(settings(), 1, control, time.clock());
        const WarmupOutcome outcome = sampler.warm_up(time.workload(1));
        QCOMPARE(outcome.iterations, 10);
        QVERIFY(outcome.settled);
    }

    void warm_up_of_a_slow_point_is_bounded_by_its_time() {
        FakeTime time;
        RunControl control;
        RoundSampler sampler(settings(), 1, control, time.clock());
        const WarmupOutcome outcome = sampler.warm_up(time.workload(1500));
        QCOMPARE(outcome.iterations, 1);
        QVERIFY(!outcome.settled);
    }

    void a_steady_workload_converges_at_the_least_count() {
        FakeTime time;
        RunControl control;
        RoundSampler sampler(settings(), 1, control, time.clock());
        const std::vector<SamplingSubject> subjects{{time.workload(1, 0.001), {}}};
        const auto outcomes = sampler.sample(subjects);
        QCOMPARE(outcomes[0].end, SamplingEnd::converged);
        QCOMPARE(outcomes[0].values.size(), std::size_t{10});
    }

    void a_noisy_workload_spends_its_budget_and_says_so() {
        FakeTime time;
        RunControl control;
        RoundSampler sampler(settings(), 1, control, time.clock());
        const std::vector<SamplingSubject> subjects{{time.workload(10, 0.5), {}}};
        const auto outcomes = sampler.sample(subjects);
        QCOMPARE(outcomes[0].end, SamplingEnd::budget_spent);
        QVERIFY(outcomes[0].spent_seconds >= 2 && outcomes[0].spent_seconds < 2.02);
        QVERIFY(relative_half_width(outcomes[0].values) > 0.005);
        // Nothing dropped: the samples account for all of the time.
        double sum = 0;
        for (const double value : outcomes[0].values) sum += value / 1e3;
        QVERIFY(std::abs(sum - time.seconds) < 1e-9);
    }

    void the_limit_of_samples_holds() {
        FakeTime time;
        RunControl control;
        SamplingSettings few = settings();
        few.max_samples = 25;
        RoundSampler sampler(few, 1, control, time.clock());
        const std::vector<SamplingSubject> subjects{{time.workload(1, 0.5), {}}};
        const auto outcomes = sampler.sample(subjects);
        QCOMPARE(outcomes[0].end, SamplingEnd::sample_limit);
        QCOMPARE(outcomes[0].values.size(), std::size_t{25});
    }

    void a_slow_point_takes_one_sample() {
        FakeTime time;
        RunControl control;
        RoundSampler sampler(settings(), 1, control, time.clock());
        const std::vector<SamplingSubject> subjects{{time.workload(5000), {}}};
        const auto outcomes = sampler.sample(subjects);
        QCOMPARE(outcomes[0].values.size(), std::size_t{1});
        QCOMPARE(outcomes[0].end, SamplingEnd::budget_spent);
        QVERIFY(std::isinf(relative_half_width(outcomes[0].values)));
    }

    void every_subject_runs_once_a_round_in_an_order_of_its_own() {
        FakeTime time;
        RunControl control;
        SamplingSettings fixed = settings();
        fixed.min_samples = fixed.max_samples = 40;
        RoundSampler sampler(fixed, 7, control, time.clock());
        std::vector<int> order;
        std::vector<SamplingSubject> subjects;
        for (int i = 0; i < 5; ++i) {
            subjects.push_back({[&order, i] {
                                    order.push_back(i);
                                    return 1.0 + i;
                                },
                                {}});
        }
        const auto outcomes = sampler.sample(subjects);
        QCOMPARE(order.size(), std::size_t{200});
        std::map<std::vector<int>, int> orders;
        for (std::size_t round = 0; round < 40; ++round) {
            std::vector<int> now(order.begin() + static_cast<long>(5 * round),
                                 order.begin() + static_cast<long>(5 * round + 5));
            ++orders[now];
            std::sort(now.begin(), now.end());
            QCOMPARE(now, (std::vector<int>{0, 1, 2, 3, 4}));
        }
        QVERIFY(orders.size() > 20);  // of 120 possible ones in 40 rounds
        for (const auto& outcome : outcomes) QCOMPARE(outcome.values.size(), std::size_t{40});

        // The same seed gives the same order.
        std::vector<int> first = order;
        order.clear();
        RoundSampler again(fixed, 7, control, time.clock());
        again.sample(subjects);
        QCOMPARE(order, first);
    }

    void all_samples_are_reported_with_their_rounds() {
        FakeTime time;
        RunControl control;
        SamplingSettings fixed = settings();
        fixed.min_samples = fixed.max_samples = 30;
        RoundSampler sampler(fixed, 3, control, time.clock());
        std::vector<double> reported;
        std::int64_t next = 0;
        const auto report = [&](std::int64_t first, std::span<const double> values) {
            QCOMPARE(first, next);
            next += static_cast<std::int64_t>(values.size());
            reported.insert(reported.end(), values.begin(), values.end());
        };
        const std::vector<SamplingSubject> subjects{{time.workload(50, 0.3), report}};
        auto outcomes = sampler.sample(subjects);
        QCOMPARE(reported, outcomes[0].values);

        // A second call goes on with the rounds, so that they are told apart in the journal.
        reported.clear();
        outcomes = sampler.sample(subjects);
        QCOMPARE(outcomes[0].first_round, std::int64_t{30});
        QCOMPARE(next, std::int64_t{60});
    }

    void one_that_fails_drops_out_and_the_others_go_on() {
        FakeTime time;
        RunControl control;
        RoundSampler sampler(settings(), 1, control, time.clock());
        int calls = 0;
        const std::vector<SamplingSubject> subjects{{[&]() -> double {
                                                         if (++calls == 4)
                                                             throw std::runtime_error("broken");
                                                         return 1;
                                                     },
                                                     {}},
                                                    {time.workload(1), {}}};
        const auto outcomes = sampler.sample(subjects);
        QCOMPARE(outcomes[0].end, SamplingEnd::failed);
        QCOMPARE(outcomes[0].values.size(), std::size_t{3});
        QVERIFY(outcomes[0].failure != nullptr);
        QCOMPARE(outcomes[1].end, SamplingEnd::converged);
    }

    void a_stop_is_seen_within_one_sample() {
        FakeTime time;
        RunControl control;
        RoundSampler sampler(settings(), 1, control, time.clock());
        int calls = 0;
        std::size_t reported = 0;
        const std::vector<SamplingSubject> subjects{
            {[&] {
                 if (++calls == 5) control.request_stop();
                 return 1.0 * calls;
             },
             [&](std::int64_t, std::span<const double> values) { reported += values.size(); }}};
        const auto outcomes = sampler.sample(subjects);
        QCOMPARE(calls, 5);
        QCOMPARE(outcomes[0].end, SamplingEnd::stopped);
        QCOMPARE(reported, std::size_t{5});  // what was taken is told
        QVERIFY(sampler.warm_up(time.workload(1)).stopped);
    }
};

QTEST_APPLESS_MAIN(SamplingTest)
#include "sampling_test.moc"
