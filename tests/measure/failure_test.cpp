// What an exception means for a point.
#include "engine/measure/failure.h"

#include <QtTest>
#include <new>
#include <stdexcept>

#include "engine/measure/nvml.h"
#include "tests/measure/torch_errors.h"

using namespace slay;

namespace {

template <typename Thrower>
Failure failure_of(const Thrower& thrower) {
    try {
        thrower();
    } catch (...) {
        return classify_failure(std::current_exception(), std::nullopt);
    }
    return {};
}

}  // namespace

class FailureTest : public QObject {
    Q_OBJECT

  private slots:
    void out_of_memory_is_recognised_wherever_it_comes_from() {
        QVERIFY(failure_of([] { throw std::bad_alloc(); }).out_of_memory);
        QVERIFY(failure_of(throw_cuda_out_of_memory).out_of_memory);
        QVERIFY(failure_of(throw_cublas_allocation_failure).out_of_memory);
        const Failure failure = failure_of(throw_impossible_allocation);
        QVERIFY2(failure.out_of_memory, failure.message.c_str());
    }

    void another_error_is_a_failure_with_its_message() {
        const Failure failure = failure_of(throw_shape_mismatch);
        QVERIFY(!failure.out_of_memory);
        QVERIFY(!failure.context_lost);
        QVERIFY2(failure.message.find("shapes cannot be multiplied") != std::string::npos,
                 failure.message.c_str());
        QVERIFY(failure.message.find('\n') == std::string::npos);
        QVERIFY(!failure_of([] {
                     throw std::runtime_error("CUDNN_STATUS_INTERNAL_ERROR");
                 }).out_of_memory);  // on a CPU that name means nothing
    }

    void the_reason_says_what_why_and_what_to_do() {
        Point point;
        point.variant = "standard";
        point.parameters.set("length", std::int64_t{65536});
        point.prediction.peak_bytes = 137e9;
        Failure failure;
        failure.out_of_memory = true;
        failure.message = "CUDA out of memory";
        PointResult result = failed_result(failure, point, 79e9);
        QCOMPARE(result.state, PointState::out_of_memory);
        for (const char* part : {"standard", "65,536", "needs about 137 GB", "79.0 GB free"}) {
            QVERIFY2(result.reason.find(part) != std::string::npos, result.reason.c_str());
        }
        result = failed_result(failure, point, 150e9);  // a prediction that was too low
        QVERIFY2(result.reason.find("needs more than the predicted 137 GB, 150 GB free") !=
                     std::string::npos,
                 result.reason.c_str());

        failure.context_lost = true;
        result = failed_result(failure, point, 79e9);
        QCOMPARE(result.state, PointState::failed);
        QVERIFY2(result.reason.find("CUDA context lost") != std::string::npos,
                 result.reason.c_str());
    }

    void throttling_is_told_from_idling() {
        QVERIFY(throttle_reasons(0x1).empty());  // idle
        QVERIFY(throttle_reasons(0x2).empty());  // clocks set by an administrator
        QCOMPARE(throttle_reasons(0x4 | 0x40).size(), std::size_t{2});
    }

    void without_nvml_the_clocks_are_unknown() {
        QVERIFY(Nvml::open("ffffffff:ff:ff.0") == nullptr);
        ClockLog log(nullptr);
        log.read(0, 0);
        QVERIFY(!log.known());
        QVERIFY(!log.throttled());
        QCOMPARE(log.describe(), std::string("clocks unknown"));
    }
};

QTEST_APPLESS_MAIN(FailureTest)
#include "failure_test.moc"
