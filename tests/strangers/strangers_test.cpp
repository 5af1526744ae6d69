// Runs and presets from strangers, in the terminal and in files: refused or made harmless with a
// clear line, and nothing is written elsewhere.
#include <QDir>
#include <QDirIterator>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

#include "engine/core/journal.h"
#include "engine/core/text.h"
#include "engine/run/runner.h"
#include "exports/csv.h"
#include "tests/bench/bench_process.h"
#include "tests/core/core_samples.h"
#include "tests/run/fake_executor.h"
#include "tests/strangers/hostile_run.h"

using namespace slay;

namespace {

QByteArray content_of(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) qFatal("cannot read %s", qPrintable(path));
    return file.readAll();
}

void write(const QString& path, const std::string& content) {
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) ||
        file.write(content.data(), static_cast<qint64>(content.size())) < 0)
        qFatal("cannot write %s", qPrintable(path));
}

QStringList files_under(const QString& folder) {
    QStringList files;
    QDirIterator walk(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (walk.hasNext()) files << QDir(folder).relativeFilePath(walk.next());
    files.sort();
    return files;
}

// What a terminal would obey; empty: nothing.
QString obeyed(const QByteArray& text) {
    if (const auto bad = first_invalid_utf8({text.constData(), size_t(text.size())}))
        return QString("byte %1 is not UTF-8").arg(*bad);
    for (const QChar c : QString::fromUtf8(text))
        if ((c.unicode() < 0x20 && c != '\n') || (c.unicode() >= 0x7F && c.unicode() < 0xA0) ||
            (c.unicode() >= 0x202A && c.unicode() <= 0x202E) ||
            (c.unicode() >= 0x2066 && c.unicode() <= 0x2069))
            return QString("U+%1").arg(c.unicode(), 4, 16, QChar('0'));
    return {};
}

// The cells of a CSV file.
QStringList cells_of(const QByteArray& csv) {
    QStringList cells{QString()};
    bool quoted = false;
    for (const QChar c : QString::fromUtf8(csv)) {
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == ',' || c == '\n'))
            cells << QString();
        else
            cells.back() += c;
    }
    return cells;
}

void all_tricks() {
    QTest::addColumn<std::string>("trick");
    for (const samples::Trick& trick : samples::tricks()) QTest::newRow(trick.name) << trick.text;
}

}  // namespace

class StrangersTest : public QObject {
    Q_OBJECT

  private slots:
    void the_terminal_obeys_nothing_data() { all_tricks(); }
    void the_terminal_obeys_nothing() {
        QFETCH(std::string, trick);
        for (const bool own_ids : {false, true}) {
            Bench bench;
            write(bench.path("run/journal.jsonl"),
                  samples::lines_of(samples::hostile_run(trick, own_ids)));
            write(bench.path("other/journal.jsonl"), samples::lines_of(samples::small_run()));
            const QList<QStringList> commands{
                {"findings", "run"},
                {"compare", "run", "other"},
                {"merge", "run", "other", "--out", "merged"},
                {"export", "run", "--out", "paper"},
                {"run", "--resume", "--out", "run"},
                {"export", QString::fromStdString(trick)},
                {"run", QString::fromStdString(trick)},
            };
            for (const QStringList& command : commands) {
                const BenchResult result = bench.run(command);
                QVERIFY2(result.code >= 0, qPrintable(command.join(' ')));
                for (const QByteArray& said : {result.out, result.err})
                    QVERIFY2(obeyed(said).isEmpty(),
                             qPrintable(command.join(' ') + ": " + obeyed(said)));
                QVERIFY2(!result.err.contains("bug"), result.err);
            }
        }
    }

    void files_obey_nothing_and_stay_in_their_folder_data() { all_tricks(); }
    void files_obey_nothing_and_stay_in_their_folder() {
        QFETCH(std::string, trick);
        for (const bool own_ids : {false, true}) {
            Bench bench;
            write(bench.path("run/journal.jsonl"),
                  samples::lines_of(samples::hostile_run(trick, own_ids)));
            const QStringList before = files_under(bench.folder());
            const BenchResult result = bench.run({"export", "run", "--out", "paper"});
            QVERIFY2(result.code == 0, result.err);
            int made = 0;
            for (const QString& file : files_under(bench.folder())) {
                if (before.contains(file)) continue;
                ++made;
                static const QRegularExpression expected(
                    "^paper/(tables|figures|artifacts)/[a-z0-9_.-]+\\.(tex|csv|pdf|json)$");
                QVERIFY2(expected.match(file).hasMatch(), qPrintable(file));
                const QByteArray content = content_of(bench.path(file));
                if (file.endsWith(".csv")) {
                    QCOMPARE(obeyed(content), QString());
                    for (const QString& cell : cells_of(content)) {
                        bool number = false;
                        cell.toDouble(&number);
                        QVERIFY2(number || !begins_formula(cell.toStdString()),
                                 qPrintable(file + ": " + cell));
                    }
                } else if (file.endsWith(".tex")) {
                    QCOMPARE(obeyed(content), QString());
                    // A line that TeX passes over may say anything.
                    for (const QByteArray& line : content.split('\n'))
                        for (const char* command :
                             {"\\input", "\\write", "\\immediate", "\\catcode"})
                            QVERIFY2(line.startsWith('%') || !line.contains(command), line);
                } else if (file.endsWith(".json")) {
                    QVERIFY(QJsonDocument::fromJson(content).isObject());
                }
            }
            QVERIFY(made >= 2);
            QVERIFY(!QFile::exists("/tmp/climbed") && !QFile::exists("/tmp/absolute"));
        }
    }

    // A journal that leaves points open which its preset does not give: ids that climb out of the
    // folder, sizes that no preset may ask for.
    void points_of_no_preset_are_not_measured_data() {
        QTest::addColumn<std::string>("id");
        QTest::addColumn<qint64>("length");
        QTest::newRow("an id that climbs") << std::string("../../climbed") << qint64(128);
        QTest::newRow("a length beyond range") << std::string() << qint64(1) * 1'000'000'000'000;
        QTest::newRow("a length below zero") << std::string() << qint64(-5);
    }
    void points_of_no_preset_are_not_measured() {
        QFETCH(std::string, id);
        QFETCH(qint64, length);
        QTemporaryDir folder;
        std::vector<Event> events = samples::small_run();
        events.resize(1);
        auto& started = std::get<RunStarted>(events[0].body);
        started.provenance = fake::FakeExecutor().provenance("cpu", {});
        Point& point = started.plan.points[0];
        point.parameters.set("length", std::int64_t{length});
        point.id = id.empty() ? point_id(point.experiment, point.variant, point.parameters) : id;
        write(folder.filePath("run/journal.jsonl"), samples::lines_of(events));
        const QStringList before = files_under(folder.path());

        fake::FakeExecutor executor;
        RunControl control;
        const std::string run = folder.filePath("run").toStdString();
        const auto spec = spec_of_run(run);
        QVERIFY(spec);
        const auto result = run_spec(*spec, executor, control, {run, true, true}, {});
        QVERIFY(!result);
        QVERIFY2(
            result.error().message.find(
                "that its preset does not give and that cannot be measured") != std::string::npos,
            result.error().message.c_str());
        QVERIFY(executor.measured.empty());
        QStringList after = files_under(folder.path());
        after.removeAll("run/.lock");
        QCOMPARE(after, before);
    }

    // Two runs that say they are the same one.
    void ids_that_collide_mix_nothing() {
        Bench bench;
        std::vector<Event> one = samples::small_run(), two = samples::small_run();
        for (Event& event : two)
            if (auto* taken = std::get_if<SamplesTaken>(&event.body))
                for (double& value : taken->values) value *= 3;
        write(bench.path("one/journal.jsonl"), samples::lines_of(one));
        write(bench.path("two/journal.jsonl"), samples::lines_of(two));
        const BenchResult compared = bench.run({"compare", "one", "two"});
        QVERIFY2(compared.code == 0, compared.err);
        QVERIFY2(compared.out.contains("one") && compared.out.contains("two"), compared.out);
        QVERIFY2(compared.out.contains("3.0"), compared.out);
        const BenchResult merged = bench.run({"merge", "one", "two", "--out", "both"});
        QVERIFY2(merged.code == 3, merged.err);  // they disagree
        QVERIFY2(merged.err.contains("(kept)"), merged.err);
        // One journal that holds both: the second's lines come before, by their numbers.
        write(bench.path("joined/journal.jsonl"), samples::lines_of(one) + samples::lines_of(two));
        const auto content = read_journal(bench.path("joined").toStdString());
        QVERIFY(content);
        QCOMPARE(content->skipped.size(), two.size());
        QCOMPARE(content->record.find(std::get<PointStarted>(one[1].body).point)
                     ->samples.at("latency_ms")
                     .values.front(),
                 std::get<SamplesTaken>(one[2].body).values.front());
    }

    // Requests are taken up, and then removed: not those of another folder.
    void requests_behind_a_link_are_left_alone() {
        QTemporaryDir folder;
        std::vector<Event> events = samples::small_run();
        events.resize(1);
        std::get<RunStarted>(events[0].body).provenance =
            fake::FakeExecutor().provenance("cpu", {});
        write(folder.filePath("run/journal.jsonl"), samples::lines_of(events));
        write(folder.filePath("outside/mine.json"), "{}");
        QVERIFY(QFile::link(folder.filePath("outside"), folder.filePath("run/requests")));
        fake::FakeExecutor executor;
        RunControl control;
        const std::string run = folder.filePath("run").toStdString();
        const auto spec = spec_of_run(run);
        QVERIFY(spec);
        const auto result = run_spec(*spec, executor, control, {run, true, true}, {});
        QVERIFY2(result, result ? "" : result.error().message.c_str());
        QCOMPARE(result->count(PointState::ok), 4u);
        QCOMPARE(QDir(folder.filePath("outside")).entryList(QDir::Files), QStringList{"mine.json"});
        QCOMPARE(content_of(folder.filePath("outside/mine.json")), QByteArray("{}"));
    }

    void links_in_a_run_folder_are_not_followed() {
        for (const char* folder : {"artifacts", "tables", "figures"}) {
            Bench bench;
            QDir(bench.folder()).mkpath("outside");
            write(bench.path("run/journal.jsonl"), samples::lines_of(samples::small_run()));
            QVERIFY(QFile::link(bench.path("outside"), bench.path(QString("run/") + folder)));
            const BenchResult result = bench.run({"export", "run", "--out", "run"});
            QVERIFY2(result.code == 73, QByteArray::number(result.code) + result.err);
            QVERIFY2(result.err.contains("is a link, and nothing is written through a link"),
                     result.err);
            QVERIFY(QDir(bench.path("outside")).isEmpty());
        }
        Bench bench;
        write(bench.path("outside"), "mine");
        QDir(bench.folder()).mkpath("run");
        for (const char* name : {"journal.jsonl", ".lock"}) {
            QVERIFY(QFile::link(bench.path("outside"), bench.path(QString("run/") + name)));
            bench.write("small.json", small_preset());
            const BenchResult result = bench.run({"run", "small.json", "--out", "run"});
            QVERIFY2(result.code != 0, result.err);
            QCOMPARE(content_of(bench.path("outside")), QByteArray("mine"));
            QVERIFY(QFile::remove(bench.path(QString("run/") + name)));
        }
    }
};

QTEST_GUILESS_MAIN(StrangersTest)
#include "strangers_test.moc"
