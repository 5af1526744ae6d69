// take_screenshots OUT: the panels of the window on the reference runs, light and dark, at two
// sizes, as PNG files NAME-THEME-SIZE.png. packaging/screenshots makes resources/screenshots with
// it. Not a test; it fails when a panel is not there.
#include <QAction>
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QTabBar>
#include <QTabWidget>
#include <QTest>
#include <QTimer>

#include "tests/window/window_fixture.h"
#include "widgets/compare/compare_panel.h"
#include "widgets/exports/export_dialog.h"
#include "widgets/guide/guide.h"
#include "widgets/guide/keyboard_map.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/setup/preferences_dialog.h"

namespace slay {
namespace {

constexpr int patience_ms = 60'000;

struct Shot {
    const char* name;
    const char* run;   // of presets/reference-runs; empty: the start page
    const char* tab;   // a tab of the middle
    const char* dock;  // raised at the bottom; empty: as it is
};
constexpr Shot shots[] = {
    {"start", "", "", ""},
    {"latency", "h100-latency-bfloat16", "Latency", "results-dock"},
    {"memory", "h100-memory-float32", "Memory", "results-dock"},
    {"training", "h100-training-wikitext", "Training", "log-dock"},
    {"tasks", "h100-tasks", "Tasks", "results-dock"},
    {"findings", "h100-latency-float32", "Latency", "findings-dock"},
    {"compare", "h100-latency-bfloat16", "Compare", "results-dock"},
    {"explorer", "h100-latency-bfloat16", "Explorer", "results-dock"},
};
constexpr QSize sizes[] = {{1280, 800}, {2560, 1440}};
constexpr const char* themes[] = {"light", "dark"};

void settle(int ms) {
    QTest::qWait(ms);
}

bool choose_tab(MainWindow& window, const QString& name) {
    auto* tabs = window.plots().findChild<QTabWidget*>();
    for (int i = 0; i < tabs->count(); ++i)
        if (tabs->tabText(i).remove('&') == name) {
            window.plots().show_plots();
            tabs->setCurrentIndex(i);
            return true;
        }
    return false;
}

bool open_run(MainWindow& window, const QString& path) {
    window.workspace().open(path);
    return QTest::qWaitFor([&] { return window.workspace().opened_path() == path; }, patience_ms);
}

QString file_of(const QString& out, const QString& name, const char* theme, QSize size) {
    return QString("%1/%2-%3-%4.png").arg(out, name, theme).arg(size.width());
}

int take(const QString& out, const QString& only) {
    int missing = 0;
    const QString runs = QString(SLAY_SOURCE_DIR) + "/presets/reference-runs/";
    for (const Shot& shot : shots) {
        if (!only.isEmpty() && only != shot.name) continue;
        const Folders folders;
        auto window = open_window({}, {});
        settle(1500);
        if (*shot.run && !open_run(*window, runs + shot.run)) qFatal("cannot open %s", shot.run);
        if (*shot.tab && !choose_tab(*window, shot.tab)) {
            qWarning("there is no tab %s", shot.tab);
            ++missing;
            continue;
        }
        if (QString(shot.tab) == "Compare") {
            for (const char* run : {"h100-latency-float32", "h100-latency-bfloat16"})
                window->plots().compare().add_run(runs + run);
            settle(3000);
        }
        if (*shot.dock)
            if (auto* dock = window->findChild<QDockWidget*>(shot.dock)) dock->raise();
        for (const char* theme : themes) {
            window->set_theme(theme_from_text(theme));
            for (const QSize size : sizes) {
                window->resize(size);
                settle(1500);
                if (!window->grab().save(file_of(out, shot.name, theme, size)))
                    qFatal("cannot write into %s", qPrintable(out));
            }
        }
    }
    return missing;
}

// Dialogs at their own size, and the guide over a small window.
void take_dialogs(const QString& out) {
    const Folders folders;
    auto window = open_window({}, {});
    if (!open_run(*window,
                  QString(SLAY_SOURCE_DIR) + "/presets/reference-runs/h100-latency-bfloat16"))
        qFatal("cannot open the run");
    window->resize(sizes[0]);
    for (const char* theme : themes) {
        window->set_theme(theme_from_text(theme));
        settle(1000);
        PreferencesDialog preferences({}, theme_from_text(theme),
                                      window->workspace().session().devices(), window.get());
        preferences.show();
        KeyboardMap keys(*window->menuBar(), window.get());
        keys.show();
        settle(500);
        preferences.grab().save(file_of(out, "preferences", theme, preferences.size()));
        keys.grab().save(file_of(out, "keyboard", theme, keys.size()));
        preferences.close();
        keys.close();
        window->actions().export_paper->trigger();
        auto* paper = window->findChild<ExportDialog*>();
        if (!paper || !QTest::qWaitFor([&] { return !paper->previewing(); }, patience_ms))
            qFatal("the export dialog does not come");
        settle(1500);
        paper->grab().save(file_of(out, "export", theme, paper->size()));
        paper->close();
        settle(200);
        window->actions().guide->trigger();
        window->guide()->show_step(1);
        settle(500);
        window->grab().save(file_of(out, "guide", theme, sizes[0]));
        QTest::keyClick(window->guide(), Qt::Key_Escape);
        settle(200);
    }
}

// The step before the first measurement, where there is no LibTorch.
void take_first_start(const QString& out) {
    const Folders folders;
    qputenv("XDG_CACHE_HOME", folders.file("cache").toLocal8Bit());
    FakeBehaviour without;
    without.load_error = "libtorch_cpu.so: cannot open shared object file";
    auto window = open_window(without, {});
    window->resize(sizes[0]);
    for (const char* theme : themes) {
        window->set_theme(theme_from_text(theme));
        settle(1500);
        window->grab().save(file_of(out, "first-start", theme, sizes[0]));
    }
}

}  // namespace
}  // namespace slay

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const QStringList words = QApplication::arguments();
    if (words.size() < 2 || !QDir().mkpath(words[1]))
        qFatal("usage: take_screenshots FOLDER [NAME]; FOLDER is made where it is not there");
    const int missing = slay::take(words[1], words.value(2));
    if (words.size() == 2) {
        slay::take_dialogs(words[1]);
        slay::take_first_start(words[1]);
    }
    return missing;
}
