// Files of the window: dropped, dragged, opened before; and a session that comes back after damage.
#include <QAction>
#include <QApplication>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMenu>
#include <QMimeData>
#include <QTreeView>
#include <QUrl>

#include "engine/run/runner.h"
#include "tests/gzipped.h"
#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/compare/compare_panel.h"
#include "widgets/editor/checked_field.h"
#include "widgets/editor/configuration_panel.h"
#include "widgets/elsewhere/folder_follower.h"
#include "widgets/growth/pinned_baseline.h"
#include "widgets/library/library_entry.h"
#include "widgets/library/library_panel.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/window/message_bar.h"
#include "widgets/window/recent_files.h"

using namespace slay;

namespace {

const int patience = patient(60'000);

// `stop_after`: so many points; 0: all.
QString saved_run(const QString& folder, std::size_t stop_after = 0) {
    FakeBehaviour behaviour;
    behaviour.sample = std::chrono::microseconds(0);
    SweepSpec spec = small_spec();
    spec.experiments = {"latency"};
    auto executor = fake_factory(behaviour)();
    RunControl control;
    std::size_t done = 0;
    const auto record = run_spec(spec, **executor, control, {folder.toStdString(), false, false},
                                 [&](const Event& event) {
                                     done += std::holds_alternative<PointFinished>(event.body);
                                     if (stop_after > 0 && done >= stop_after)
                                         control.request_stop();
                                 });
    if (!record) qFatal("%s", record.error().message.c_str());
    return folder;
}

// As a file manager drops them.
void drop(QWidget& target, const QStringList& paths) {
    QMimeData mime;
    QList<QUrl> urls;
    for (const QString& path : paths) urls << QUrl::fromLocalFile(path);
    mime.setUrls(urls);
    const QPoint at = target.rect().center();
    QDragEnterEvent enter(at, Qt::CopyAction, &mime, Qt::LeftButton, {});
    QApplication::sendEvent(&target, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(at), Qt::CopyAction, &mime, Qt::LeftButton, {});
    QApplication::sendEvent(&target, &event);
}

}  // namespace

class WindowFilesTest : public QObject {
    Q_OBJECT

    Folders folders_;

    StartOptions options() {
        StartOptions options;
        options.session_file = folders_.file("session.json");
        return options;
    }
    void write(const QString& path, const QByteArray& bytes) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

  private slots:
    void initTestCase() { apply_theme(ThemeChoice::light); }
    void init() {
        for (const char* end : {"", ".previous", ".damaged"})
            QFile::remove(options().session_file + end);
    }

    void presets_and_runs_are_dropped() {
        auto window = open_window({}, options());
        Workspace& workspace = window->workspace();
        drop(*window, {write_preset(folders_, small_spec())});
        QTRY_COMPARE_WITH_TIMEOUT(workspace.spec().spec().name, std::string("small"), patience);
        const QString one = saved_run(folders_.file("one")), two = saved_run(folders_.file("two"));
        drop(*window, {one});
        QTRY_COMPARE_WITH_TIMEOUT(workspace.run().folder(), one, patience);
        // A results file stands for its run.
        drop(*window, {two + "/artifacts/benchmark_results.json"});
        QTRY_COMPARE_WITH_TIMEOUT(workspace.run().folder(), two, patience);
        // Several runs are compared.
        drop(*window, {one, two + "/journal.jsonl"});
        ComparePanel& compare = window->plots().compare();
        QTRY_COMPARE_WITH_TIMEOUT(compare.model().runs().runs().size(), std::size_t{2}, patience);
        QVERIFY(compare.isVisible());
        drop(compare, {one});
        QTRY_COMPARE_WITH_TIMEOUT(compare.model().runs().runs().size(), std::size_t{3}, patience);
        window->close();
    }

    // Read wherever a run is, and never written.
    void a_compressed_journal_opens_like_any_other() {
        const QString run = folders_.data() + "/slay-workbench/runs/packed";
        saved_run(run, 3);
        gzip_journal(run);
        const QStringList before = QDir(run).entryList(QDir::Files);
        const auto by_folder = read_folder(run.toStdString());
        const auto by_file = read_folder((run + "/journal.jsonl.gz").toStdString());
        QVERIFY(by_folder && by_file && by_folder->bytes > 0);
        QCOMPARE(by_file->bytes, by_folder->bytes);  // else it would seem to grow
        const QString one = saved_run(folders_.file("beside"));
        auto window = open_window({}, options());
        Workspace& workspace = window->workspace();
        auto* tree = window->library().findChild<QTreeView*>("library");
        const auto found = [&](const char* name) {
            return !tree->model()
                        ->match(tree->model()->index(0, 0), Qt::DisplayRole, name, 1,
                                Qt::MatchExactly | Qt::MatchRecursive)
                        .isEmpty();
        };
        QTRY_VERIFY_WITH_TIMEOUT(found("packed"), patience);
        drop(*window, {run + "/journal.jsonl.gz"});
        QTRY_COMPARE_WITH_TIMEOUT(workspace.run().folder(), run, patience);
        QVERIFY(workspace.run().points_done() >= 3);
        drop(*window, {one});
        QTRY_COMPARE_WITH_TIMEOUT(workspace.run().folder(), one, patience);
        drop(*window, {run + "/artifacts/benchmark_results.json"});  // which is of the run
        QTRY_COMPARE_WITH_TIMEOUT(workspace.run().folder(), run, patience);
        drop(*window, {one, run + "/journal.jsonl.gz"});
        ComparePanel& compare = window->plots().compare();
        QTRY_COMPARE_WITH_TIMEOUT(compare.model().runs().runs().size(), std::size_t{2}, patience);
        QCOMPARE(compare.model().runs().runs()[1].label, std::string("packed"));

        const QString refusal = "its journal is compressed: gunzip " + run + "/journal.jsonl.gz";
        QVERIFY(workspace.run().resumable());
        window->actions().resume->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(window->messages().text().contains(refusal), patience);
        window->messages().hide();
        workspace.grow({{}, {workspace.run().record().points()[0].point.id}, "why"});
        QTRY_VERIFY_WITH_TIMEOUT(window->messages().isVisible(), patience);
        QVERIFY(window->messages().text().contains(refusal));
        QVERIFY(idle(*window) && !workspace.run().live());
        QCOMPARE(QDir(run).entryList(QDir::Files), before);

        // Damage is named, and what came before it is shown.
        const QString cut = folders_.file("cut");
        QVERIFY(QDir().mkpath(cut));
        QVERIFY(QFile::copy(run + "/journal.jsonl.gz", cut + "/other name.gz"));
        QFile file(cut + "/other name.gz");
        QVERIFY(file.resize(file.size() - 20));
        workspace.open(file.fileName());
        QTRY_COMPARE_WITH_TIMEOUT(workspace.run().folder(), cut, patience);
        QTRY_VERIFY_WITH_TIMEOUT(
            window->messages().text().contains("other name.gz: passed over what follows line "),
            patience);
        // Its folder has no journal that a run could go on with.
        workspace.resume_run();
        QTRY_VERIFY_WITH_TIMEOUT(window->messages().text().contains("holds no journal.jsonl"),
                                 patience);
        QCOMPARE(QDir(cut).entryList(QDir::Files), QStringList{"other name.gz"});
        window->close();
    }

    void a_reference_run_may_be_compressed() {
        const QString installed = folders_.file("share");
        const QString presets = installed + "/presets", run = presets + "/reference-runs/packed";
        saved_run(run);
        const auto head = [&] {
            for (const LibraryEntry& entry : scan_library())
                if (entry.kind == LibraryKind::reference) return entry.detail;
            return QString("no reference");
        };
        qputenv("SLAY_DATA_DIR", installed.toLocal8Bit());
        const QString plain = head();
        gzip_journal(run);
        const QString compressed = head();
        qunsetenv("SLAY_DATA_DIR");
        QVERIFY2(plain.contains("A small sweep"), qPrintable(plain));
        QCOMPARE(compressed, plain);
    }

    void an_entry_of_the_library_is_dragged_as_its_file() {
        saved_run(folders_.data() + "/slay-workbench/runs/dragged");
        auto window = open_window({}, options());
        auto* tree = window->library().findChild<QTreeView*>("library");
        QVERIFY(tree && tree->dragEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(!tree->model()
                                      ->match(tree->model()->index(0, 0), Qt::DisplayRole,
                                              "dragged", 1, Qt::MatchExactly | Qt::MatchRecursive)
                                      .isEmpty(),
                                 patience);
        const auto found =
            tree->model()->match(tree->model()->index(0, 0), Qt::DisplayRole, "dragged", 1,
                                 Qt::MatchExactly | Qt::MatchRecursive);
        const std::unique_ptr<QMimeData> mime(tree->model()->mimeData(found));
        QVERIFY(mime && mime->hasUrls());
        QVERIFY(mime->urls().first().toLocalFile().endsWith("/runs/dragged"));
        window->close();
    }

    void what_was_opened_is_in_the_menu_the_newest_first() {
        const QString preset = write_preset(folders_, small_spec(), "recent & odd.json");
        const QString run = saved_run(folders_.file("recent-run"));
        {
            auto window = open_window({}, options());
            window->workspace().open(preset);
            QTRY_COMPARE_WITH_TIMEOUT(window->recent().paths().value(0), preset, patience);
            window->workspace().open(run);
            QTRY_COMPARE_WITH_TIMEOUT(window->recent().paths().value(0), run, patience);
            window->close();
        }
        auto window = open_window({}, options());
        QTRY_COMPARE_WITH_TIMEOUT(window->workspace().run().folder(), run, patience);
        QMenu& menu = *window->actions().recent_menu;
        menu.popup({0, 0});
        const QList<QAction*> actions = menu.actions();
        menu.close();
        QCOMPARE(actions.value(0)->data().toString(), run);
        QCOMPARE(actions.value(1)->data().toString(), preset);
        QVERIFY(actions.value(1)->text().contains("&&"));
        actions.value(1)->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(window->workspace().spec().path(), preset, patience);
        // One that is gone cannot be chosen.
        QFile::remove(preset);
        menu.popup({0, 0});
        QVERIFY(!menu.actions().value(0)->isEnabled());
        menu.close();
        window->close();
    }

    void a_damaged_session_gives_way_to_the_one_before() {
        const QString preset = write_preset(folders_, small_spec());
        {
            StartOptions first = options();
            first.path = preset;
            auto window = open_window({}, first);
            QTRY_COMPARE_WITH_TIMEOUT(window->workspace().spec().spec().name, std::string("small"),
                                      patience);
            SweepSpec edited = window->workspace().spec().spec();
            edited.axes["lengths"] = {std::int64_t{4096}};
            window->workspace().spec().edit("lengths", {}, edited);
            window->save_session();
            window->close();
        }
        QFile file(options().session_file);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray whole = file.readAll();
        file.close();
        // Torn at any place, and not only at the end.
        for (const double part : {0.0, 0.6}) {
            write(options().session_file,
                  whole.left(static_cast<qsizetype>(part * static_cast<double>(whole.size()))));
            auto window = open_window({}, options());
            QTRY_COMPARE_WITH_TIMEOUT(window->configuration().axis_field("lengths")->text(),
                                      QString("4096"), patience);
            QVERIFY(window->workspace().spec().modified());
            QTRY_VERIFY_WITH_TIMEOUT(
                window->messages().text().contains("the session before it was restored"), patience);
            QVERIFY(QFile::exists(options().session_file + ".damaged"));
            window->close();
        }
    }

    void strange_members_of_a_session_are_passed_over() {
        write(options().session_file,
              R"({"schema": "slay-session/1", "recent": [7, "relative", null, "/gone"],
                  "pinned": {"points": [{"x": "a"}, 3, {"x": 1, "value": -2}]},
                  "compare": {"order": {}, "hidden": [1, ""]}})");
        auto window = open_window({}, options());
        QCOMPARE(window->recent().paths(), QStringList{"/gone"});
        QVERIFY(!window->pinned().active());
        window->close();
    }
};

QTEST_MAIN(WindowFilesTest)
#include "window_files_test.moc"
