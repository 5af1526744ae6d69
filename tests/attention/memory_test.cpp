// The anchor layer at L = 32768 on the CPU: peak resident memory, in a process of its own.
#include <QFile>
#include <QTest>

#include "tests/attention/checks.h"

using namespace slay;

namespace {

// Kilobytes of a line of /proc/self/status; 0 where there is none.
long status_kb(const char* key) {
    QFile file("/proc/self/status");
    if (!file.open(QIODevice::ReadOnly)) return 0;
    for (const QByteArray& line : file.readAll().split('\n'))
        if (line.startsWith(key))
            return line.mid(int(qstrlen(key)) + 1).simplified().split(' ')[0].toLong();
    return 0;
}

long resident_before = 0;

// Forgets the peak of what came before; where that is not allowed, the peak so far counts against
// us.
void prepared() {
    QFile reset("/proc/self/clear_refs");
    if (reset.open(QIODevice::WriteOnly)) reset.write("5");
    resident_before = status_kb("VmRSS");
}

}  // namespace

class MemoryTest : public QObject {
    Q_OBJECT

  private slots:
    void anchor_layer() { measure(32768, false, 1.5e6); }

    // Not only linear: with a small constant.
    void anchor_layer_with_backward() { measure(32768, true, 1.5e6); }

  private:
    static void measure(std::int64_t length, bool backward, double most_kb) {
        checks::run_anchor_layer(512, backward, [] {});  // libraries and threads are up
        const checks::LayerRun run = checks::run_anchor_layer(length, backward, prepared);
        const long growth = status_kb("VmHWM") - resident_before;
        qInfo("L = %lld, %s: %.1f s, peak %.0f MB above inputs and weights", (long long)length,
              backward ? "forward and backward" : "forward", run.seconds, double(growth) / 1e3);
        QVERIFY(run.finite);
        QVERIFY(resident_before > 0);
        QVERIFY2(double(growth) < most_kb, qPrintable(QString::number(growth)));
    }
};

QTEST_APPLESS_MAIN(MemoryTest)
#include "memory_test.moc"
