// Whole trainings: they learn, stop, go on to the same curve, and end where they diverge.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <stdexcept>

#include "engine/core/variant_info.h"
#include "engine/explore/qkv_file.h"
#include "engine/run/engine_library.h"
#include "engine/text/generated_language.h"
#include "tests/training/resume_checks.h"
#include "tests/training/training_points.h"

extern "C" slay::Engine* slay_create_executor(int abi);

using namespace slay;

namespace {

Executor& executor() {
    static const std::unique_ptr<Executor> the_one(slay_create_executor(engine_abi));
    return *the_one;
}

void run(const std::vector<Point>& group, TrainingObserver& observer, RunControl& control,
         const std::string& folder = {}) {
    SweepSpec spec;
    spec.measurement.threads = 1;
    executor().run_group(group, {spec, "cpu", control, observer, folder});
}

TrainingObserver run(const Point& point, const std::string& folder = {}) {
    TrainingObserver observer;
    RunControl control;
    run({point}, observer, control, folder);
    return observer;
}

Parameters with(const std::string& id, ParameterValue value) {
    Parameters out;
    out.set(id, std::move(value));
    return out;
}

QString checkpoint_of(const QTemporaryDir& folder, const Point& point) {
    return folder.path() + "/checkpoints/" + QString::fromStdString(point.id) + ".checkpoint";
}

// The curves that a resumption must give again; times are its own.
void verify_same_curves(TrainingObserver& a, TrainingObserver& b) {
    for (const char* metric : {"training_loss", "gradient_norm", "validation_loss", "perplexity"}) {
        QVERIFY2(!a.curves[metric].values.empty(), metric);
        QVERIFY2(a.curves[metric] == b.curves[metric], metric);
    }
    for (const char* metric : {"training_loss", "validation_loss", "perplexity", "gradient_norm",
                               "gradient_norm_max", "gradient_spikes", "excess_loss"})
        QVERIFY2(a.result.metrics.at(metric) == b.result.metrics.at(metric), metric);
}

}  // namespace

class LoopTest : public QObject {
    Q_OBJECT

  private slots:
    void a_tiny_model_learns_more_than_word_frequencies() {
        const GeneratedLanguage language(32);
        Parameters more = with("width", std::int64_t{32});
        more.set("batch", std::int64_t{8});
        more.set("length", std::int64_t{32});
        const TrainingObserver seen = run(training_point("standard", 250, more));
        QVERIFY2(seen.result.state == PointState::ok, seen.result.reason.c_str());
        const auto metric = [&](const char* id) { return seen.result.metrics.at(id).value; };
        const auto& losses = seen.curves.at("training_loss");
        QCOMPARE(losses.values.size(), std::size_t(250));
        QCOMPARE(losses.steps.front(), std::int64_t(1));
        QVERIFY(losses.values.front() > 3.3);  // log 32 = 3.47: it knew nothing
        QVERIFY2(metric("validation_loss") < language.unigram_entropy() - 0.3,
                 qPrintable(QString::number(metric("validation_loss"))));
        // And no model is better than the language.
        QVERIFY(metric("validation_loss") > metric("entropy_bound"));
        QVERIFY(std::abs(metric("entropy_bound") - language.window_entropy(32)) < 0.05);
        QVERIFY(std::abs(metric("excess_loss") -
                         (metric("validation_loss") - metric("entropy_bound"))) < 1e-12);
        QVERIFY(std::abs(metric("perplexity") - std::exp(metric("validation_loss"))) < 1e-9);
        QVERIFY(metric("tokens_per_s") > 0);
        QVERIFY(metric("training_peak_mb") >= 0);
        QVERIFY(metric("gradient_norm_max") >= metric("gradient_norm"));
        QCOMPARE(seen.curves.at("validation_loss").steps.size(), std::size_t(10));
        QCOMPARE(seen.curves.at("validation_loss").steps.back(), std::int64_t(250));
    }

    void every_variant_trains_both_ways() {
        for (const char* objective : {"causal-lm", "masked-lm"}) {
            for (const VariantInfo& variant : variant_catalog()) {
                const TrainingObserver seen = run(
                    training_point(variant.name, 12, with("objective", std::string(objective))));
                QVERIFY2(seen.result.state == PointState::ok, seen.result.reason.c_str());
                const auto& losses = seen.curves.at("training_loss").values;
                QVERIFY2(losses.back() < losses.front(), variant.name.c_str());
                QCOMPARE(seen.result.metrics.contains("entropy_bound"),
                         std::string(objective) == "causal-lm");
            }
        }
    }

    // What the explorer shows of a trained model: q, k, v of its heads at the end, and at a stop.
    void a_training_leaves_its_queries_keys_and_values() {
        QTemporaryDir folder;
        Parameters more = with("layers", std::int64_t{2});
        const Point point = training_point("yat-performer-anchor", 12, more);
        const TrainingObserver seen = run(point, folder.path().toStdString());
        QVERIFY2(seen.result.state == PointState::ok, seen.result.reason.c_str());
        QVERIFY(seen.messages.empty());
        const auto sample =
            explore::read_qkv(explore::qkv_path(folder.path().toStdString(), point.id));
        QVERIFY2(sample.ok(), sample ? "" : sample.error().message.c_str());
        QCOMPARE(sample->variant, std::string("yat-performer-anchor"));
        QCOMPARE(sample->step, std::int64_t{12});
        QCOMPARE(sample->heads.size(), std::size_t{4});  // two layers of two heads
        for (const explore::QkvHead& head : sample->heads) {
            QCOMPARE(head.length, 24);
            QCOMPARE(head.dimension, 8);
            double square = 0;
            for (const float value : head.q) square += static_cast<double>(value) * value;
            QVERIFY(square > 0);
        }
        QVERIFY(sample->heads[0].q != sample->heads[1].q);
        QVERIFY(sample->heads[0].k != sample->heads[0].q);
        // No checkpoint is left behind, and the sample changes nothing of the curve.
        QVERIFY(!QFile::exists(checkpoint_of(folder, point)));
        const TrainingObserver without = run(point);
        QVERIFY(without.curves.at("training_loss") == seen.curves.at("training_loss"));

        QTemporaryDir stopped;
        TrainingObserver observer;
        RunControl control;
        observer.on_samples = [&] { control.request_stop(); };
        run({point}, observer, control, stopped.path().toStdString());
        const auto early =
            explore::read_qkv(explore::qkv_path(stopped.path().toStdString(), point.id));
        QVERIFY(early.ok());
        QVERIFY(early->step < 12);
    }

    void mixed_precision_follows_float32() {
        const TrainingObserver half =
            run(training_point("linear", 40, with("dtype", std::string("bfloat16"))));
        const TrainingObserver full = run(training_point("linear", 40));
        QVERIFY2(half.result.state == PointState::ok, half.result.reason.c_str());
        const double a = half.result.metrics.at("validation_loss").value;
        const double b = full.result.metrics.at("validation_loss").value;
        QVERIFY2(std::abs(a - b) < 0.05 && a != b, qPrintable(QString("%1 %2").arg(a).arg(b)));
        const TrainingObserver scaled =
            run(training_point("linear", 5, with("dtype", std::string("float16"))));
        QVERIFY(scaled.result.state == PointState::unsupported);
        QVERIFY(scaled.result.reason.find("loss scaling") != std::string::npos);
    }

    void a_stopped_training_goes_on_to_the_same_curve() {
        const QTemporaryDir folder;
        const Point point = training_point("yat-performer-anchor", 400);
        TrainingObserver whole = run(point);
        QVERIFY2(whole.result.state == PointState::ok, whole.result.reason.c_str());

        TrainingObserver first;
        RunControl control;
        first.on_samples = [&] {
            if (first.curves["training_loss"].values.size() > 1) control.request_stop();
        };
        run({point}, first, control, folder.path().toStdString());
        QCOMPARE(first.finished, 0);
        QVERIFY(QFile::exists(checkpoint_of(folder, point)));
        const std::size_t made = first.curves["training_loss"].values.size();
        QVERIFY(made > 1 && made < 400);

        TrainingObserver second = run(point, folder.path().toStdString());
        QVERIFY2(second.result.state == PointState::ok, second.result.reason.c_str());
        QCOMPARE(second.result.notes.at("resumed_at_step"), std::to_string(made));
        verify_same_curves(whole, second);
        QVERIFY(!QFile::exists(checkpoint_of(folder, point)));  // it has served
    }

    void a_killed_training_goes_on_to_the_same_curve() {
        const QTemporaryDir folder, other;
        const Point point =
            training_point("linear", 60, with("objective", std::string("masked-lm")));
        TrainingObserver whole, killed, resumed;
        QVERIFY(train_with_checkpoints(point, other.path().toStdString(), whole));
        killed.on_samples = [&] {
            if (killed.curves["training_loss"].values.size() >= 20)
                throw std::runtime_error("killed");
        };
        QVERIFY(!train_with_checkpoints(point, folder.path().toStdString(), killed));
        QVERIFY(QFile::exists(checkpoint_of(folder, point)));
        QVERIFY(train_with_checkpoints(point, folder.path().toStdString(), resumed));
        QCOMPARE(resumed.result.notes.at("resumed_at_step"), std::string("19"));
        for (const char* metric : {"training_loss", "gradient_norm", "validation_loss"})
            QVERIFY2(whole.curves[metric] == resumed.curves[metric], metric);
    }

    void a_damaged_checkpoint_is_told_and_not_used() {
        const QTemporaryDir folder;
        const Point point = training_point("linear", 60);
        TrainingObserver whole = run(point);
        TrainingObserver first;
        RunControl control;
        first.on_samples = [&] { control.request_stop(); };
        run({point}, first, control, folder.path().toStdString());
        QFile file(checkpoint_of(folder, point));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(file.size() / 2));
        QVERIFY(file.write("garbage") == 7);
        file.close();
        TrainingObserver second = run(point, folder.path().toStdString());
        QCOMPARE(second.messages.size(), std::size_t(1));
        QVERIFY2(second.messages[0].find("checksum") != std::string::npos,
                 second.messages[0].c_str());
        verify_same_curves(whole, second);
    }

    void a_training_that_diverges_ends_with_its_step() {
        const QTemporaryDir folder;
        const Point point = training_point("linear", 80);
        TrainingObserver first;
        RunControl control;
        first.on_samples = [&] { control.request_stop(); };
        run({point}, first, control, folder.path().toStdString());
        const std::int64_t step = poison_checkpoint(point, folder.path().toStdString());

        TrainingObserver second;
        RunControl again;
        const Point next = training_point("standard", 5);
        run({point}, second, again, folder.path().toStdString());
        QVERIFY(second.result.state == PointState::failed);
        const std::string wanted = "diverged at step " + std::to_string(step + 1) + " of 80";
        QVERIFY2(second.result.reason.find(wanted) != std::string::npos,
                 second.result.reason.c_str());
        QCOMPARE(second.result.notes.at("diverged_at_step"), std::to_string(step + 1));
        // What came before it stays on record, and the next variant is trained.
        QCOMPARE(second.curves["training_loss"].values.size(), static_cast<std::size_t>(step));
        QVERIFY(run(next).result.state == PointState::ok);
    }

    void a_corpus_that_is_not_there_is_named() {
        qputenv("SLAY_CORPORA", "/nonexistent");
        const TrainingObserver seen =
            run(training_point("linear", 5, with("corpus", std::string("wikitext-2"))));
        QVERIFY(seen.result.state == PointState::failed);
        QVERIFY2(seen.result.reason.find("/nonexistent/wikitext-2") != std::string::npos,
                 seen.result.reason.c_str());
        QVERIFY(seen.result.reason.find("wiki.train.tokens") != std::string::npos);
        const TrainingObserver small =
            run(training_point("linear", 5, with("vocabulary", std::int64_t{16})));
        QVERIFY(small.result.state == PointState::failed);
        QVERIFY(small.result.reason.find("32 to 65536") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(LoopTest)
#include "loop_test.moc"
