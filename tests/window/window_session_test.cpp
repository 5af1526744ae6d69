// What the window remembers, and that no damaged session keeps it from starting.
#include <QAction>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QScopeGuard>
#include <QTest>

#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/document/spec_document.h"
#include "widgets/editor/checked_field.h"
#include "widgets/editor/configuration_panel.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/plot_view.h"
#include "widgets/window/message_bar.h"

using namespace slay;

class WindowSessionTest : public QObject {
    Q_OBJECT

    Folders folders_;

    StartOptions options() {
        StartOptions options;
        options.session_file = folders_.file("session.json");
        return options;
    }
    QByteArray stored() {
        QFile file(options().session_file);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void store(const QByteArray& bytes) {
        QFile file(options().session_file);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

  private slots:
    void initTestCase() { apply_theme(ThemeChoice::light); }
    void init() { QFile::remove(options().session_file); }

    void is_up_before_the_engine() {
        FakeTrace trace;
        trace.hold_load = true;
        QElapsedTimer timer;
        timer.start();
        auto window = open_window({}, options(), &trace);
        const auto let_go = qScopeGuard([&trace] { trace.hold_load = false; });
        qInfo("the window is on the screen after %lld ms", timer.elapsed());
        QTRY_COMPARE_WITH_TIMEOUT(window->workspace().session().engine_state(),
                                  EngineSession::EngineState::loading, patient(60'000));
        // Usable meanwhile: a preset opens and can be edited.
        window->workspace().open(write_preset(folders_, small_spec()));
        QTRY_COMPARE_WITH_TIMEOUT(window->workspace().spec().spec().name, std::string("small"),
                                  patient(60'000));
        QCOMPARE(window->workspace().session().engine_state(), EngineSession::EngineState::loading);
        trace.hold_load = false;
        QTRY_COMPARE_WITH_TIMEOUT(window->workspace().session().engine_state(),
                                  EngineSession::EngineState::ready, patient(60'000));
        window->close();
    }

    void preset_edits_and_theme_come_back() {
        {
            StartOptions first = options();
            first.path = write_preset(folders_, small_spec());
            auto window = open_window({}, first);
            QTRY_COMPARE_WITH_TIMEOUT(window->workspace().spec().spec().name, std::string("small"),
                                      patient(60'000));
            SweepSpec edited = window->workspace().spec().spec();
            edited.axes["lengths"] = {std::int64_t{4096}};
            window->workspace().spec().edit("lengths", {}, edited);
            window->actions().theme_dark->trigger();
            window->plots().view_of("memory_scaling")->set_hidden_curves({"measured:linear"});
            window->close();
        }
        auto window = open_window({}, options());
        QTRY_COMPARE_WITH_TIMEOUT(window->workspace().spec().spec().name, std::string("small"),
                                  patient(60'000));
        QTRY_COMPARE_WITH_TIMEOUT(window->configuration().axis_field("lengths")->text(),
                                  QString("4096"), patient(60'000));
        QVERIFY(window->workspace().spec().modified());
        QVERIFY(window->actions().theme_dark->isChecked());
        QVERIFY(tones().dark);
        QCOMPARE(window->plots().view_of("memory_scaling")->hidden_curves(),
                 QStringList{"measured:linear"});
        apply_theme(ThemeChoice::light);
    }

    void damaged_sessions_start_afresh_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("torn") << QByteArray("{\"schema\": \"slay-session/1\", \"theme\": \"da");
        QTest::newRow("not JSON") << QByteArray("\x00\xff\xfe garbage", 11);
        QTest::newRow("another schema") << QByteArray("{\"schema\": \"other/9\"}");
        QTest::newRow("an array") << QByteArray("[1, 2, 3]");
        QTest::newRow("wrong types") << QByteArray(
            "{\"schema\": \"slay-session/1\", \"theme\": 7, \"plots\": [], \"results\": \"x\", "
            "\"opened\": {}, \"edited\": 3, \"window\": \"y\"}");
        QTest::newRow("damaged layout") << QByteArray(
            "{\"schema\": \"slay-session/1\", \"window\": {\"version\": 2, \"geometry\": "
            "\"AAAA\", \"layout\": \"/////wAAAP0AAAAEAAAAAA==\"}}");
        QTest::newRow("unknown preset")
            << QByteArray("{\"schema\": \"slay-session/1\", \"opened\": \"/nowhere/at/all.json\"}");
        QTest::newRow("edited text is no preset")
            << QByteArray("{\"schema\": \"slay-session/1\", \"edited\": \"{\\\"schema\\\": 1}\"}");
    }

    void damaged_sessions_start_afresh() {
        QFETCH(QByteArray, bytes);
        store(bytes);
        auto window = open_window({}, options());
        QVERIFY(window->isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(window->workspace().session().engine_state(),
                                  EngineSession::EngineState::ready, patient(60'000));
        window->workspace().open(write_preset(folders_, small_spec()));
        QTRY_COMPARE_WITH_TIMEOUT(window->workspace().spec().spec().name, std::string("small"),
                                  patient(60'000));
        window->close();
        QCOMPARE(QJsonDocument::fromJson(stored()).object()["schema"].toString(),
                 QString("slay-session/1"));
    }

    // A layout that brought the program down is not tried a second time.
    void the_layout_is_out_of_the_file_until_it_was_drawn() {
        {
            auto window = open_window({}, options());
            window->close();
        }
        QVERIFY(QJsonDocument::fromJson(stored()).object().contains("window"));
        MainWindow window(fake_factory({}), options());  // not shown: nothing drawn yet
        QVERIFY(!QJsonDocument::fromJson(stored()).object().contains("window"));
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTRY_VERIFY_WITH_TIMEOUT(QJsonDocument::fromJson(stored()).object().contains("window"),
                                 patient(60'000));
    }

    void safe_start_passes_over_the_session() {
        {
            StartOptions first = options();
            first.path = write_preset(folders_, small_spec());
            auto window = open_window({}, first);
            QTRY_COMPARE_WITH_TIMEOUT(window->workspace().spec().spec().name, std::string("small"),
                                      patient(60'000));
            window->close();
        }
        StartOptions safe = options();
        safe.safe = true;
        auto window = open_window({}, safe);
        QTRY_VERIFY_WITH_TIMEOUT(!window->workspace().spec().spec().name.empty(),
                                 patient(60'000));  // the quick preset
        QVERIFY(window->workspace().spec().spec().name != "small");
    }
};

QTEST_MAIN(WindowSessionTest)
#include "window_session_test.moc"
