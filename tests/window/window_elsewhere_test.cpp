// Runs that others measure, in the window: on a host behind a real sshd whose connection is cut, in
// the tasks of a job that is followed while it runs, and somebody's code, which is asked about.
#include <signal.h>

#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QMessageBox>
#include <QProcess>
#include <QPushButton>
#include <QTableView>
#include <QTimer>
#include <algorithm>

#include "engine/core/journal.h"
#include "engine/core/plan_growth.h"
#include "engine/core/sha256.h"
#include "engine/core/shard.h"
#include "engine/core/trusted_files.h"
#include "engine/run/job_folder.h"
#include "engine/run/worker_executor.h"
#include "tests/bench/loopback_host.h"
#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/editor/chip_row.h"
#include "widgets/editor/configuration_panel.h"
#include "widgets/editor/variant_picker.h"
#include "widgets/elsewhere/engine_chooser.h"
#include "widgets/elsewhere/own_variants.h"
#include "widgets/library/library_panel.h"
#include "widgets/results/log_panel.h"
#include "widgets/window/message_bar.h"

using namespace slay;

namespace {

constexpr const char* bench = SLAY_BIN_DIR "/slay-bench";

// Eight groups of two points, of which each takes a quarter of a second with FAKE_SAMPLE_MS=10.
SweepSpec slow_spec() {
    SweepSpec spec;
    spec.name = "slow";
    spec.experiments = {"latency"};
    spec.device = "cpu";
    spec.variants = {{"standard-fused", {}}, {"linear", {}}};
    for (std::int64_t length = 8; length <= 64; length += 8)
        spec.axes["lengths"].emplace_back(length);
    return spec;
}

std::unique_ptr<MainWindow> window_on_workers(StartOptions options) {
    auto window = std::make_unique<MainWindow>(
        [] {
            return WorkerExecutor::start({bench, {"worker"}, {}});
        },
        options);
    window->show();
    if (!QTest::qWaitForWindowExposed(window.get())) qFatal("the window does not show");
    return window;
}

QString log_text(MainWindow& window) {
    QString text;
    const auto* model = window.log().findChild<QTableView*>()->model();
    for (int row = 0; row < model->rowCount(); ++row)
        text += model->index(row, 1).data().toString() + '\n';
    return text;
}

QByteArray content_of(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Answers the next question about somebody's code; -1 while none came, else which it was given.
class Answer {
  public:
    explicit Answer(bool allow) {
        QObject::connect(&timer_, &QTimer::timeout, [this, allow] {
            auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            if (!box || box->objectName() != "trust-dialog") return;
            text = box->text() + '\n' + box->informativeText();
            timer_.stop();
            for (QAbstractButton* button : box->buttons())
                if ((box->buttonRole(button) == QMessageBox::AcceptRole) == allow)
                    return button->click();
        });
        timer_.start(20);
    }
    QString text;  // of the question

  private:
    QTimer timer_;
};

}  // namespace

class WindowElsewhereTest : public QObject {
    Q_OBJECT

  private slots:
    void init();
    void cleanup();
    void a_hosts_devices_appear_in_the_editor();
    void a_run_there_outlives_its_connection();
    void what_cannot_be_reached_is_said_and_left();
    void a_job_is_followed_while_its_tasks_run();
    void a_job_stands_in_the_library();
    void more_points_reach_a_run_there();
    void somebodys_code_is_asked_about_once();

  private:
    StartOptions options(const QString& path) const {
        StartOptions given;
        given.path = path;
        given.session_file = folders_->file("session.json");
        given.ssh_config = host_ ? host_->client_config() : QString();
        return given;
    }
    void start_host() {
        host_ = std::make_unique<LoopbackHost>(
            QMap<QString, QString>{{"SLAY_ENGINE", SLAY_FAKE_ENGINE},
                                   {"XDG_DATA_HOME", folders_->file("far")},
                                   {"FAKE_DEVICE_NAME", "Faraway"},
                                   {"FAKE_SAMPLE_MS", "10"}});
    }

    std::unique_ptr<Folders> folders_;
    std::unique_ptr<LoopbackHost> host_;
};

void WindowElsewhereTest::init() {
    folders_ = std::make_unique<Folders>();
    qputenv("SLAY_ENGINE", SLAY_FAKE_ENGINE);
    qputenv("FAKE_SAMPLE_MS", "2");
}

void WindowElsewhereTest::cleanup() {
    host_.reset();
    folders_.reset();
}

void WindowElsewhereTest::a_hosts_devices_appear_in_the_editor() {
    start_host();
    const auto window = open_window({}, options(write_preset(*folders_, slow_spec())));
    auto* chooser = window->findChild<EngineChooser*>();
    QVERIFY(chooser);
    QCOMPARE(chooser->text(), QString("This machine"));
    EnginePlace& place = window->workspace().place();
    place.choose_host(LoopbackHost::name, bench);
    QVERIFY(chooser->text().contains("far"));
    QTRY_VERIFY_WITH_TIMEOUT(place.state() == EnginePlace::State::there, patient(60'000));
    QCOMPARE(QString::fromStdString(window->workspace().devices().front().name),
             QString("Faraway"));
    QVERIFY2(chooser->toolTip().contains("Faraway"), qPrintable(chooser->toolTip()));
    // The editor's device field offers them.
    bool offered = false;
    for (const QComboBox* box : window->configuration().findChildren<QComboBox*>())
        for (int i = 0; i < box->count(); ++i)
            offered |= box->itemData(i, Qt::ToolTipRole).toString() == "Faraway";
    QVERIFY(offered);
    place.choose_this_machine();
    QCOMPARE(chooser->text(), QString("This machine"));
    QVERIFY(window->workspace().devices().empty() ||
            window->workspace().devices().front().name != "Faraway");
    // It is known from now on, in the next session too.
    window->save_session();
    window->close();
    const auto next = open_window({}, options({}));
    QCOMPARE(next->workspace().place().known().size(), std::size_t{1});
    QCOMPARE(next->workspace().place().known()[0].program, QString(bench));
}

void WindowElsewhereTest::a_run_there_outlives_its_connection() {
    start_host();
    const auto window = open_window({}, options(write_preset(*folders_, slow_spec())));
    Workspace& workspace = window->workspace();
    QTRY_COMPARE_WITH_TIMEOUT(workspace.spec().spec().name, std::string("slow"), patient(60'000));
    workspace.place().choose_host(LoopbackHost::name, bench);
    QTRY_VERIFY_WITH_TIMEOUT(workspace.place().state() == EnginePlace::State::there,
                             patient(60'000));
    workspace.start();
    QTRY_VERIFY_WITH_TIMEOUT(workspace.run().points_done() >= 2, patient(60'000));
    host_->cut();
    QTRY_VERIFY_WITH_TIMEOUT(log_text(*window).contains("connected to far again"), patient(60'000));
    QVERIFY2(log_text(*window).contains("the run goes on there"), qPrintable(log_text(*window)));
    QTRY_VERIFY_WITH_TIMEOUT(idle(*window), patient(120'000));
    QCOMPARE(workspace.run().points_done(), 16);
    QCOMPARE(workspace.run().record().points().size(), std::size_t{16});
    QCOMPARE(QString::fromStdString(workspace.run().record().provenance().device_name),
             QString("Faraway"));
    // What is on the disk here is what is on the disk there.
    const QDir far(folders_->file("far/slay-workbench/runs/from-elsewhere"));
    const auto runs = far.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    QCOMPARE(runs.size(), 1);
    QCOMPARE(content_of(workspace.run().folder() + "/journal.jsonl"),
             content_of(far.filePath(runs[0] + "/journal.jsonl")));
}

void WindowElsewhereTest::what_cannot_be_reached_is_said_and_left() {
    start_host();
    host_->close();
    const auto window = open_window({}, options(write_preset(*folders_, slow_spec())));
    window->workspace().place().choose_host(LoopbackHost::name, bench);
    QTRY_VERIFY_WITH_TIMEOUT(window->workspace().place().state() == EnginePlace::State::here,
                             patient(60'000));
    QVERIFY2(window->messages().text().contains("far cannot be reached through ssh"),
             qPrintable(window->messages().text()));
    QVERIFY(window->workspace().place().known().empty());
    host_->open();
    window->workspace().place().choose_host(LoopbackHost::name, "/no/such/slay-bench");
    QTRY_VERIFY_WITH_TIMEOUT(window->messages().text().contains("far has no /no/such/slay-bench"),
                             patient(60'000));
}

void WindowElsewhereTest::a_job_is_followed_while_its_tasks_run() {
    const std::string job = folders_->file("job").toStdString();
    QVERIFY(begin_job(job, slow_spec(), {3, "42", ""}));
    const auto window = open_window({}, options(QString::fromStdString(job)));
    RunDocument& run = window->workspace().run();
    QTRY_COMPARE_WITH_TIMEOUT(run.record().points().size(), std::size_t{16}, patient(30'000));
    QCOMPARE(run.points_done(), 0);
    QVERIFY(run.live());
    int before = 0;
    for (int shard = 1; shard <= 3; ++shard) {
        QProcess task;
        task.start(bench, {"run", QString::fromStdString(job + "/preset.json"), "--shard",
                           QString("%1/3").arg(shard), "--out",
                           QString::fromStdString(shard_folder(job, shard)), "--resume"});
        QVERIFY(task.waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(run.points_done() > before, patient(60'000));
        QTRY_VERIFY_WITH_TIMEOUT(task.state() == QProcess::NotRunning, patient(60'000));
        QCOMPARE(task.exitCode(), 0);
        before = run.points_done();
    }
    QTRY_VERIFY_WITH_TIMEOUT(!run.live(), patient(30'000));
    QCOMPARE(run.points_done(), 16);
    const auto whole = read_job(job);
    QVERIFY(whole);
    QCOMPARE(whole->finished, 3);
    QCOMPARE(results_text(run.record()), results_text(whole->record));
    QVERIFY2(log_text(*window).contains("Linear"), qPrintable(log_text(*window)));
}

void WindowElsewhereTest::a_job_stands_in_the_library() {
    const QString runs = folders_->data() + "/slay-workbench/runs";
    const std::string job = (runs + "/nightly").toStdString();
    QVERIFY(begin_job(job, slow_spec(), {3, "42", ""}));
    const std::string broken = (runs + "/broken").toStdString();
    QVERIFY(begin_job(broken, slow_spec(), {3, "43", ""}));
    QVERIFY(write_file_atomically(broken + "/job.json", "{\"schema\": \"of another program\"}"));
    const auto window = open_window({}, options({}));
    const auto entry = [&](const char* name) {
        for (const LibraryEntry& each : window->library().entries())
            if (each.kind == LibraryKind::run && each.name == name) return each;
        return LibraryEntry{};
    };
    QTRY_COMPARE_WITH_TIMEOUT(entry("nightly").path, QString::fromStdString(job), patient(60'000));
    QVERIFY2(entry("nightly").detail.startsWith("job, 0 of 3 begun"),
             qPrintable(entry("nightly").detail));
    QVERIFY2(entry("broken").error.contains("is no job of this program"),
             qPrintable(entry("broken").error));
    // A click opens it, and it is followed from then on.
    emit window->library().run_chosen(entry("nightly").path);
    RunDocument& run = window->workspace().run();
    QTRY_COMPARE_WITH_TIMEOUT(run.record().points().size(), std::size_t{16}, patient(30'000));
    QVERIFY(run.live());
    QProcess task;
    task.start(bench, {"run", QString::fromStdString(job + "/preset.json"), "--shard", "1/3",
                       "--out", QString::fromStdString(shard_folder(job, 1)), "--resume"});
    QVERIFY(task.waitForStarted());
    QTRY_VERIFY_WITH_TIMEOUT(run.points_done() > 0, patient(60'000));
    QTRY_VERIFY_WITH_TIMEOUT(task.state() == QProcess::NotRunning, patient(60'000));
    window->library().rescan();
    QTRY_VERIFY_WITH_TIMEOUT(entry("nightly").detail.startsWith("job, 1 of 3 begun"),
                             patient(30'000));
}

void WindowElsewhereTest::more_points_reach_a_run_there() {
    start_host();
    SweepSpec spec = slow_spec();
    spec.axes["lengths"] = {std::int64_t{8}, std::int64_t{16}};
    const auto window = open_window({}, options(write_preset(*folders_, spec)));
    Workspace& workspace = window->workspace();
    QTRY_COMPARE_WITH_TIMEOUT(workspace.spec().spec().name, std::string("slow"), patient(60'000));
    workspace.place().choose_host(LoopbackHost::name, bench);
    QTRY_VERIFY_WITH_TIMEOUT(workspace.place().state() == EnginePlace::State::there,
                             patient(60'000));
    workspace.start();
    QTRY_VERIFY_WITH_TIMEOUT(workspace.run().points_done() >= 2, patient(60'000));
    const auto cosformer = with_variant(workspace.run().record(), "cosformer");
    QVERIFY(cosformer);
    workspace.grow(*cosformer);  // while it goes on
    QTRY_VERIFY_WITH_TIMEOUT(workspace.run().points_done() == 6 && idle(*window), patient(120'000));
    const std::vector<std::int64_t> lengths{24};
    workspace.grow(all_at_lengths(workspace.run().record(), lengths));  // afterwards
    QTRY_VERIFY_WITH_TIMEOUT(workspace.run().points_done() == 9 && idle(*window), patient(120'000));
    QCOMPARE(QString::fromStdString(workspace.run().record().provenance().device_name),
             QString("Faraway"));
    const QDir far(folders_->file("far/slay-workbench/runs/from-elsewhere"));
    const auto runs = far.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    QCOMPARE(runs.size(), 1);
    QCOMPARE(content_of(workspace.run().folder() + "/journal.jsonl"),
             content_of(far.filePath(runs[0] + "/journal.jsonl")));
}

void WindowElsewhereTest::somebodys_code_is_asked_about_once() {
    const QString path = folders_->file("mine.pt");
    const auto write = [&](const QByteArray& bytes) {
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
        file.write(bytes);
    };
    write("some bytes");
    SweepSpec spec = slow_spec();
    spec.axes["lengths"] = {std::int64_t{8}};
    const auto window = window_on_workers(options(write_preset(*folders_, spec)));
    Workspace& workspace = window->workspace();
    QTRY_COMPARE_WITH_TIMEOUT(workspace.spec().spec().name, std::string("slow"), patient(60'000));
    QTRY_VERIFY_WITH_TIMEOUT(
        workspace.session().engine_state() == EngineSession::EngineState::ready, patient(60'000));
    workspace.open(path);  // as when it is dropped
    QCOMPARE(workspace.spec().spec().variants.back().name, std::string("own:mine"));
    QVERIFY2(window->messages().text().contains("mine.pt"), qPrintable(window->messages().text()));
    OwnVariants* own = window->configuration().variants()->own();
    QVERIFY(own->chips());
    QCOMPARE(own->chips()->chosen(), QStringList{"own:mine"});
    workspace.spec().undo_stack().undo();
    QCOMPARE(workspace.spec().spec().variants.size(), std::size_t{2});
    QVERIFY(own->chips()->chosen().isEmpty());
    workspace.spec().undo_stack().redo();

    {
        Answer no(false);
        workspace.start();
        QTRY_VERIFY_WITH_TIMEOUT(!no.text.isEmpty(), patient(30'000));
        QVERIFY2(no.text.contains("worker process") && no.text.contains(path), qPrintable(no.text));
        QTest::qWait(200);
        QVERIFY(idle(*window));
        QVERIFY(!workspace.run().has_run());
    }
    {
        Answer yes(true);
        workspace.start();
        QTRY_VERIFY_WITH_TIMEOUT(!yes.text.isEmpty(), patient(30'000));
        QTRY_COMPARE_WITH_TIMEOUT(workspace.run().points_done(), 3, patient(60'000));
        QTRY_VERIFY_WITH_TIMEOUT(idle(*window), patient(60'000));
        const auto& points = workspace.run().record().points();
        QVERIFY(std::any_of(points.begin(), points.end(), [](const RecordedPoint& p) {
            return p.point.variant == "own:mine" && p.result.state == PointState::ok &&
                   is_sha256(p.point.parameters.text("sha256"));
        }));
    }
    {
        Answer again(true);
        workspace.start();
        QTRY_VERIFY_WITH_TIMEOUT(workspace.session().busy(), patient(30'000));
        QTRY_VERIFY_WITH_TIMEOUT(idle(*window), patient(60'000));
        QVERIFY(again.text.isEmpty());
    }
    write("other bytes");
    Answer changed(false);
    workspace.start();
    QTRY_VERIFY_WITH_TIMEOUT(!changed.text.isEmpty(), patient(30'000));
}

QTEST_MAIN(WindowElsewhereTest)
#include "window_elsewhere_test.moc"
