// Shards of a sweep, the folder of a job, and what Slurm is given.
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "engine/core/journal.h"
#include "engine/core/record_events.h"
#include "engine/core/shard.h"
#include "engine/run/job_folder.h"
#include "engine/run/shell_quoted.h"
#include "engine/run/slurm_job.h"

using namespace slay;

namespace {

SweepSpec spec_of(int lengths) {
    SweepSpec spec;
    spec.name = "sweep";
    spec.experiments = {"latency", "memory"};
    spec.device = "cpu";
    spec.variants = {{"standard", {}}, {"linear", {}}};
    for (std::int64_t i = 1; i <= lengths; ++i) spec.axes["lengths"].emplace_back(64 * i);
    return spec;
}

}  // namespace

class JobFolderTest : public QObject {
    Q_OBJECT

  private slots:
    void a_shard_is_written_as_a_fraction();
    void shards_share_a_sweep_without_gap_or_overlap();
    void more_shards_than_groups_leave_some_empty();
    void words_reach_the_shell_unchanged();
    void the_script_holds_nothing_unquoted();
    void a_job_that_waits_shows_its_plan();
    void a_shards_journal_counts_as_far_as_it_goes();
    void what_is_no_job_is_said_so();

  private:
    QTemporaryDir folder_;
};

void JobFolderTest::a_shard_is_written_as_a_fraction() {
    QVERIFY((parse_shard("3/8") == Shard{3, 8}));
    QVERIFY((parse_shard("1/1")->whole()));
    for (const char* text : {"", "3", "/", "0/8", "9/8", "-1/8", "1/0", "1/99999", "1/8 ", "a/b", "1/8/2"})
        QVERIFY2(!parse_shard(text), text);
}

void JobFolderTest::shards_share_a_sweep_without_gap_or_overlap() {
    const SweepSpec spec = spec_of(20);
    // Another device's rates order the plan otherwise; the shares stay what they are.
    DeviceRates slow;
    slow.matrix_flops = 1e9;
    slow.launch_seconds = 1e-3;
    const auto plan = make_plan(spec, slow);
    std::map<std::string, int> seen;
    std::vector<double> seconds;
    for (int index = 1; index <= 4; ++index) {
        const auto groups = groups_of_shard(spec, {index, 4});
        QVERIFY(groups);
        const Plan part = only_groups(*plan, *groups);
        seconds.push_back(only_groups(*make_plan(spec), *groups).predicted_seconds);
        for (const Point& point : part.points) ++seen[point.id];
        // Both variants of a shape are here, or none.
        std::map<std::string, int> together;
        for (const Point& point : part.points) ++together[point.group];
        for (const auto& [group, count] : together) QCOMPARE(count, 2);
    }
    QCOMPARE(seen.size(), plan->points.size());
    for (const auto& [id, count] : seen) QCOMPARE(count, 1);
    QVERIFY(*std::max_element(seconds.begin(), seconds.end()) <
            1.5 * *std::min_element(seconds.begin(), seconds.end()));
}

void JobFolderTest::more_shards_than_groups_leave_some_empty() {
    std::size_t groups = 0;
    for (int index = 1; index <= 9; ++index) groups += groups_of_shard(spec_of(2), {index, 9})->size();
    QCOMPARE(groups, std::size_t{4});
}

void JobFolderTest::words_reach_the_shell_unchanged() {
    for (const QString& word : {QString("plain"), QString("a b"), QString("it's $HOME `x` \"y\" \\"), QString("")}) {
        QProcess shell;
        shell.start("sh", {"-c", "printf %s " + QString::fromStdString(shell_quoted(word.toStdString()))});
        shell.waitForFinished();
        QCOMPARE(QString::fromUtf8(shell.readAllStandardOutput()), word);
    }
}

void JobFolderTest::the_script_holds_nothing_unquoted() {
    SlurmJob job;
    job.name = "evil\n#SBATCH --wrap=x";
    job.folder = "/runs/it's; touch x";
    job.program = "/bin/slay bench";
    job.shards = 5;
    job.words = {"--trust", "$(touch y)"};
    const QString script = QString::fromStdString(sbatch_script(job));
    QCOMPARE(script.count("#SBATCH"), 5);
    QVERIFY(script.contains("--array=1-5"));
    QVERIFY(script.contains("exec '/bin/slay bench' run '/runs/it'\\''s; touch x'/preset.json"));
    QVERIFY(script.contains("'$(touch y)'"));
    QVERIFY(script.contains("--job-name=slay-evil--SBATCH"));
    job.options = {"--gres=gpu:1"};
    const auto words = sbatch_words(job);
    QCOMPARE(words.back(), job.folder + "/job.sbatch");
    QVERIFY(std::find(words.begin(), words.end(), "--gres=gpu:1") != words.end());
}

void JobFolderTest::a_job_that_waits_shows_its_plan() {
    const std::string job = folder_.filePath("waits").toStdString();
    QVERIFY(begin_job(job, spec_of(3), {2, "7", "then"}));
    QVERIFY(is_job_folder(job));
    const auto content = read_job(job);
    QVERIFY2(content, content ? "" : content.error().message.c_str());
    QCOMPARE(content->record.points().size(), std::size_t{12});
    QCOMPARE(content->begun, 0);
    QCOMPARE(content->note.slurm_id, std::string("7"));
    QCOMPARE(content->record.count(PointState::pending), std::size_t{12});
    QVERIFY(!content->record.finished() || content->record.outcome() != RunOutcome::finished);
    const Status again = begin_job(job, spec_of(3), {2, "", ""});
    QVERIFY(!again);
    QVERIFY(again.error().message.find("not empty") != std::string::npos);
}

void JobFolderTest::a_shards_journal_counts_as_far_as_it_goes() {
    const std::string job = folder_.filePath("goes").toStdString();
    const SweepSpec spec = spec_of(3);
    QVERIFY(begin_job(job, spec, {2, "", ""}));
    const auto groups = groups_of_shard(spec, {1, 2});
    const Plan part = only_groups(*make_plan(spec), *groups);
    RunStarted started;
    started.provenance.device_name = "Imaginary";
    started.plan = part;
    const auto journal = JournalWriter::open(shard_folder(job, 1));
    QVERIFY(journal);
    const std::uint64_t before = journal_bytes(job);
    QVERIFY((*journal)->append({1, "run", 0, started}));
    QVERIFY((*journal)->append({2, "run", 1, PointStarted{part.points[0].id}}));
    QVERIFY((*journal)->append({3, "run", 2, PointFinished{part.points[0].id, {PointState::ok, "", {}, {}}}}));
    QVERIFY(journal_bytes(job) > before);
    const auto content = read_job(job);
    QVERIFY2(content, content ? "" : content.error().message.c_str());
    QCOMPARE(content->begun, 1);
    QCOMPARE(content->finished, 0);
    QCOMPARE(content->record.points().size(), std::size_t{12});
    QCOMPARE(content->record.count(PointState::ok), std::size_t{1});
    QCOMPARE(content->record.provenance().device_name, std::string("Imaginary"));
    QCOMPARE(shard_folders(job).size(), std::size_t{1});
}

void JobFolderTest::what_is_no_job_is_said_so() {
    const std::string folder = folder_.filePath("none").toStdString();
    QVERIFY(!is_job_folder(folder));
    QVERIFY(!read_job(folder));
    QVERIFY(begin_job(folder, spec_of(1), {2, "", ""}));
    for (const char* text : {"{\"schema\": \"slay-job/1\", \"shards\": 0}", "{\"schema\": \"other\"}", "[]",
                             "{\"schema\": \"slay-job/1\", \"shards\": 1e9}"}) {
        QVERIFY(write_file_atomically(folder + "/job.json", text));
        const auto content = read_job(folder);
        QVERIFY2(!content && content.error().message.find("job.json") != std::string::npos, text);
    }
}

QTEST_GUILESS_MAIN(JobFolderTest)
#include "job_folder_test.moc"
