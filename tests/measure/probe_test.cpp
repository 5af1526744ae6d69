// The memory probe: a known allocation, a limit, deaths, hangs and cancels.
#include <signal.h>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QtTest>
#include <thread>

#include "engine/measure/admission.h"
#include "engine/measure/probe_process.h"
#include "engine/measure/probe_protocol.h"
#include "tests/slow_build.h"

using namespace slay;
using Kind = ProbeAnswer::Kind;

namespace {

ProbeCommand child() {
    const QString path = QCoreApplication::applicationDirPath() + "/probe_child";
    return {.program = path.toStdString(), .arguments = {}};
}

// Dead, whether or not its parent has taken note.
bool is_gone(pid_t process) {
    QFile stat(QStringLiteral("/proc/%1/stat").arg(process));
    return !stat.open(QIODevice::ReadOnly) || stat.readAll().contains(") Z ");
}

}  // namespace

class ProbeTest : public QObject {
    Q_OBJECT

    RunControl control_;

  private slots:
    void initTestCase() {
        // In a child with the address sanitizer, too, what was freed can be taken again.
        qputenv("ASAN_OPTIONS", qgetenv("ASAN_OPTIONS") + ":quarantine_size_mb=0");
    }
    void a_known_allocation_is_found_data() {
        QTest::addColumn<int>("megabytes");
        QTest::newRow("20 MB") << 20;
        QTest::newRow("200 MB") << 200;
    }
    void a_known_allocation_is_found() {
        QFETCH(int, megabytes);
        ProbeProcess probe(child());
        for (int repeat = 0; repeat < 3; ++repeat) {  // what one leaves does not hide the next
            const ProbeAnswer answer =
                probe.ask("allocate " + std::to_string(megabytes), 60, control_);
            QCOMPARE(answer.kind, Kind::answered);
            // The thread sanitizer keeps two bytes about each.
            const bool threads = build_info().sanitizers.find("thread") != std::string::npos;
            const double measured = std::stod(answer.text) / (threads ? 3 : 1);
            QVERIFY2(measured > 0.9 * megabytes && measured < 1.1 * megabytes,
                     qPrintable(QString("%1 MB of %2").arg(measured).arg(megabytes)));
        }
    }

    void a_limit_refuses_what_is_above_it() {
        ProbeProcess probe(child());
        QCOMPARE(probe.ask("limit 100 200", 60, control_).text, std::string("fits"));
        QCOMPARE(probe.ask("limit 300 200", 60, control_).text, std::string("refused"));
        const pid_t pid = probe.pid();
        QCOMPARE(probe.ask("limit 300 400", 60, control_).text, std::string("fits"));
        QCOMPARE(probe.pid(), pid);  // nothing was killed on the way
    }

    void a_death_is_told_with_its_last_words_and_costs_one_point() {
        ProbeProcess probe(child());
        ProbeAnswer answer = probe.ask("die", 60, control_);
        QCOMPARE(answer.kind, Kind::died);
        QCOMPARE(answer.signal, 0);
        QVERIFY2(answer.text.find("exited with 7") != std::string::npos, answer.text.c_str());
        QVERIFY2(answer.text.find("the last words") != std::string::npos, answer.text.c_str());

        answer = probe.ask("crash", 60, control_);
        QCOMPARE(answer.kind, Kind::died);
        QCOMPARE(answer.signal, SIGSEGV);
        QVERIFY2(answer.text.find("about to crash") != std::string::npos, answer.text.c_str());

        answer = probe.ask("pid", 60, control_);
        QCOMPARE(answer.kind, Kind::answered);
        QCOMPARE(std::stoi(answer.text), probe.pid());
    }

    void one_that_died_idle_is_replaced() {
        ProbeProcess probe(child());
        QCOMPARE(probe.ask("pid", 60, control_).kind, Kind::answered);
        const pid_t first = probe.pid();
        kill(first, SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(is_gone(first), patient(60'000));
        QCOMPARE(probe.ask("pid", 60, control_).kind, Kind::answered);
        QVERIFY(probe.pid() != first);
    }

    void a_hang_ends_at_the_deadline() {
        ProbeProcess probe(child());
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(probe.ask("hang", 0.3, control_).kind, Kind::timed_out);
        QVERIFY(timer.elapsed() < 60'000);
        QCOMPARE(probe.pid(), -1);
    }

    void a_cancel_kills_it() {
        ProbeProcess probe(child());
        RunControl control;
        QCOMPARE(probe.ask("pid", 60, control).kind, Kind::answered);
        const pid_t pid = probe.pid();
        std::jthread canceller([&control] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            control.request_stop();
        });
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(probe.ask("hang", 600, control).kind, Kind::stopped);
        QVERIFY2(timer.elapsed() < 60'000, qPrintable(QString::number(timer.elapsed())));
        QCOMPARE(kill(pid, 0), -1);  // it is gone
    }

    void many_messages_do_not_block_it() {
        ProbeProcess probe(child());
        const ProbeAnswer answer = probe.ask("noise", 60, control_);
        QCOMPARE(answer.kind, Kind::answered);
        QCOMPARE(answer.text, std::string("done"));
    }

    void it_sees_no_gpu() {
        ProbeProcess probe(child());
        QCOMPARE(probe.ask("env CUDA_VISIBLE_DEVICES", 60, control_).text, std::string());
        QCOMPARE(probe.ask("env MKL_DISABLE_FAST_MM", 60, control_).text, std::string("1"));
    }

    void a_missing_program_is_an_answer() {
        ProbeProcess probe({.program = "/nowhere/slay-bench", .arguments = {}});
        const ProbeAnswer answer = probe.ask("pid", 60, control_);
        QCOMPARE(answer.kind, Kind::not_started);
        QVERIFY(answer.text.find("/nowhere/slay-bench") != std::string::npos);
    }

    void request_and_answer_survive_the_pipe() {
        ProbeRequest request;
        request.point.id = "0123456789abcdef";
        request.point.experiment = "memory";
        request.point.variant = "standard";
        request.point.parameters.set("length", std::int64_t{256});
        request.point.parameters.set("epsilon", 1.0);
        request.point.parameters.set("causal", true);
        request.point.parameters.set("lane", std::string("layer"));
        request.threads = 2;
        request.limit_bytes = 1e9;
        const auto read = parse_probe_request(to_line(request));
        QVERIFY(read);
        QVERIFY(read->point.parameters == request.point.parameters);
        QCOMPARE(read->point.variant, request.point.variant);
        QCOMPARE(read->threads, 2);
        QCOMPARE(read->limit_bytes, 1e9);

        PointResult result;
        result.state = PointState::out_of_memory;
        result.reason = "a \"reason\"\nof two lines";
        result.metrics["peak_mb"].value = 12.5;
        result.notes["method"] = "VmHWM";
        const std::string line = to_line(result);
        QVERIFY(line.find('\n') == std::string::npos);
        const auto answer = parse_probe_result(line);
        QVERIFY(answer);
        QCOMPARE(answer->state, PointState::out_of_memory);
        QCOMPARE(answer->metrics.at("peak_mb").value, 12.5);
        QCOMPARE(answer->notes.at("method"), std::string("VmHWM"));

        QVERIFY(!parse_probe_request("not json"));
        QVERIFY(!parse_probe_request("{}"));
        QVERIFY(!parse_probe_result("{\"state\": \"unheard of\"}"));
    }

    void the_admission_limit_is_the_smaller_of_budget_and_what_is_free() {
        QCOMPARE(admission_limit(1, 10e9).bytes, 1e9);
        QCOMPARE(admission_limit(80, 10e9).bytes, 8e9);

        Point point;
        point.variant = "standard";
        point.parameters.set("length", std::int64_t{65536});
        point.prediction.peak_bytes = 5e9;
        QVERIFY(!refused_admission(point, admission_limit(80, 10e9)));
        const auto by_budget = refused_admission(point, admission_limit(1, 10e9));
        QVERIFY(by_budget);
        QVERIFY2(by_budget->find("memory budget is 1") != std::string::npos, by_budget->c_str());
        QVERIFY2(by_budget->find("65,536") != std::string::npos, by_budget->c_str());
        const auto by_free = refused_admission(point, admission_limit(80, 2e9));
        QVERIFY(by_free);
        QVERIFY2(by_free->find("80 %") != std::string::npos, by_free->c_str());
        QVERIFY(host_memory_available() > 1e8);
        QVERIFY(host_memory_available() <= host_memory_total());
    }
};

QTEST_GUILESS_MAIN(ProbeTest)
#include "probe_test.moc"
