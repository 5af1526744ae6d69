// The whole export of a run, with figures, in a program that has no QApplication of its own.
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "exports/export_run.h"
#include "tests/exports/sample_records.h"

using namespace slay;
using namespace slay::testing;

namespace {

QMap<QString, QByteArray> files_in(const QString& folder) {
    QMap<QString, QByteArray> out;
    QDirIterator files(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        QFile file(files.next());
        if (!file.open(QIODevice::ReadOnly)) continue;
        out[QDir(folder).relativeFilePath(file.fileName())] = file.readAll();
    }
    return out;
}

}  // namespace

class ExportAllTest : public QObject {
    Q_OBJECT
  private slots:
    void writes_the_plans_files() {
        QTemporaryDir folder;
        QList<std::size_t> steps;
        const auto written = export_all(h200_record(), folder.path().toStdString(),
                                        [&](std::size_t i, std::size_t, const std::string&) {
                                            steps << i;
                                            return true;
                                        });
        QVERIFY(written);
        const QStringList found = files_in(folder.path()).keys();
        QCOMPARE(found, (QStringList{
                            "artifacts/benchmark_results.json",
                            "figures/latency_scaling.pdf",
                            "figures/latency_scaling_forward-backward.pdf",
                            "figures/memory_scaling.pdf",
                            "figures/memory_scaling_forward-backward.pdf",
                            "tables/claims.csv",
                            "tables/claims.tex",
                            "tables/latency_scaling.csv",
                            "tables/latency_scaling.tex",
                            "tables/memory_scaling.csv",
                            "tables/memory_scaling.tex",
                        }));
        QCOMPARE(written->size(), static_cast<std::size_t>(found.size()));
        QCOMPARE(static_cast<std::size_t>(steps.size()), written->size());
    }

    void ablation_goes_by_its_own_name() {
        QTemporaryDir folder;
        QVERIFY(export_all(ablation_record(), folder.path().toStdString()));
        const auto found = files_in(folder.path());
        for (const char* name : {"tables/poly_ablation_sweep.tex", "figures/kernel_quality.pdf"})
            QVERIFY2(found.contains(name), name);
        QVERIFY(!found.contains("tables/kernel_quality.tex"));
    }

    void is_the_same_byte_for_byte() {
        for (const RunRecord& record : {h200_record(), hostile_record()}) {
            QTemporaryDir first, second;
            QVERIFY(export_all(record, first.path().toStdString()));
            QVERIFY(export_all(record, second.path().toStdString()));
            const auto one = files_in(first.path()), two = files_in(second.path());
            QCOMPARE(one.keys(), two.keys());
            for (const QString& name : one.keys())
                QVERIFY2(one[name] == two[name] && !one[name].isEmpty(), qPrintable(name));
        }
    }

    void an_unfinished_run_is_exported_too() {
        QTemporaryDir folder;
        RunRecord record = record_of(
            R"({"schema": "slay-preset/1", "name": "u", "title": "u", "experiments": ["latency"],
                "variants": ["standard", "linear"], "sweep": {"lengths": [256, 512]}})",
            [](const Point&) { return Outcome{}; });
        QVERIFY(export_all(record, folder.path().toStdString()));
        QVERIFY(files_in(folder.path())["tables/latency_scaling.tex"].contains(
            "the run was stopped before"));
        QVERIFY(export_all(RunRecord(), folder.path().toStdString()));
    }
};

// No QApplication here: export_all makes the one it needs.
int main(int argc, char* argv[]) {
    ExportAllTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "export_all_test.moc"
