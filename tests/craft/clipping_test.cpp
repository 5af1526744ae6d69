// Nothing that is to be read is cut: every label, button, tab and chip of every panel and dialog
// has the room that its words ask for. Run at twice the scale, and with a font of twice the size.
#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QPushButton>
#include <QTabBar>
#include <QTabWidget>
#include <QTest>
#include <QTimer>

#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/explorer/explorer_panel.h"
#include "widgets/growth/growth_dialog.h"
#include "widgets/guide/guide.h"
#include "widgets/guide/keyboard_map.h"
#include "widgets/look/elided_label.h"
#include "widgets/look/theme.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/setup/preferences_dialog.h"
#include "widgets/setup/setup_bar.h"
#include "widgets/window/bottom_fold.h"
#include "widgets/window/message_bar.h"

namespace slay {
namespace {

constexpr int tolerance = 2;  // pixels: sizes are rounded

QString told(const QWidget& widget, const QString& text, const QSize& needed) {
    return QString("%1 \"%2\" has %3x%4, needs %5x%6")
        .arg(widget.metaObject()->className(), text.left(50))
        .arg(widget.width())
        .arg(widget.height())
        .arg(needed.width())
        .arg(needed.height());
}

// What is wrong with one part; empty: nothing.
QString clipped(const QWidget& widget) {
    if (const auto* label = qobject_cast<const QLabel*>(&widget)) {
        if (label->text().isEmpty() || qobject_cast<const ElidedLabel*>(label)) return {};
        if (label->wordWrap()) {
            const int needed = label->heightForWidth(label->width());
            return needed > label->height() + tolerance
                       ? told(widget, label->text(), {label->width(), needed})
                       : QString();
        }
        const QSize needed = label->sizeHint();
        // The name of a document may be of any length, and has a tooltip.
        if (label->alignment() & Qt::AlignRight && !label->toolTip().isEmpty()) return {};
        return needed.width() > label->width() + tolerance ||
                       needed.height() > label->height() + tolerance
                   ? told(widget, label->text(), needed)
                   : QString();
    }
    if (const auto* button = qobject_cast<const QAbstractButton*>(&widget)) {
        if (button->text().isEmpty()) return {};
        const QSize needed = button->sizeHint();
        return needed.width() > button->width() + tolerance ||
                       needed.height() > button->height() + tolerance
                   ? told(widget, button->text(), needed)
                   : QString();
    }
    return {};
}

QStringList clipped_parts(const QWidget& root) {
    QStringList out;
    for (const QWidget* each : root.findChildren<QWidget*>()) {
        if (!each->isVisible() || each->width() <= 1 || each->visibleRegion().isEmpty()) continue;
        if (const QString problem = clipped(*each); !problem.isEmpty()) out << problem;
    }
    out.removeDuplicates();
    return out;
}

// The same once the layouts have settled: what was just shown is laid out a moment later.
QStringList settled_parts(const QWidget& root) {
    QStringList out = clipped_parts(root);
    for (int i = 0; i < 60 && !out.isEmpty(); ++i) {
        QTest::qWait(50);
        out = clipped_parts(root);
    }
    return out;
}

}  // namespace

class ClippingTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() {
        folders_ = std::make_unique<Folders>();
        StartOptions options;
        options.path = write_preset(*folders_, small_spec());
        options.run = true;
        window_ = open_window({}, options);
        const double zoom = qEnvironmentVariableIntValue("SLAY_TEST_FONT") == 2 ? 2.0 : 1.0;
        window_->resize(zoom * QSize(1280, 800));
        QTRY_VERIFY_WITH_TIMEOUT(window_->workspace().run().has_run(), patient(20'000));
        QTRY_VERIFY_WITH_TIMEOUT(idle(*window_), patient(20'000));
        if (const int scale = qEnvironmentVariableIntValue("QT_SCALE_FACTOR"); scale > 1)
            QCOMPARE(window_->devicePixelRatioF(), static_cast<double>(scale));
    }
    void cleanupTestCase() {
        window_.reset();
        folders_.reset();
    }

    // The test would find what it looks for.
    void a_cut_label_is_found() {
        QWidget box;
        auto* label = new QLabel("Words that are longer than the place they have", &box);
        label->setGeometry(0, 0, 60, 20);
        auto* wrapped = new QLabel("Words that take three lines where they have one", &box);
        wrapped->setWordWrap(true);
        wrapped->setGeometry(0, 30, 120, 20);
        box.show();
        QVERIFY(QTest::qWaitForWindowExposed(&box));
        QCOMPARE(clipped_parts(box).size(), 2);
        label->adjustSize();
        wrapped->setFixedHeight(600);
        QCOMPARE(clipped_parts(box).size(), 0);
    }

    void nothing_is_cut_in_the_figures_and_pages() {
        auto* tabs = window_->plots().findChild<QTabWidget*>();
        QVERIFY(tabs);
        QStringList found;
        for (int i = 0; i < tabs->count(); ++i) {
            tabs->setCurrentIndex(i);
            QTest::qWait(50);
            for (const QString& each : settled_parts(*window_))
                found << tabs->tabText(i) + ": " + each;
        }
        window_->plots().show_explorer();
        QTabBar& pages = window_->plots().explorer().pages();
        for (int i = 0; i < pages.count(); ++i) {
            pages.setCurrentIndex(i);
            QTest::qWait(100);
            for (const QString& each : settled_parts(window_->plots()))
                found << "Explorer, " + pages.tabText(i) + ": " + each;
        }
        QVERIFY2(found.isEmpty(), qPrintable(found.join('\n')));
    }

    void nothing_is_cut_in_the_docks_and_the_start_page() {
        const WindowActions& actions = window_->actions();
        QStringList found;
        for (QAction* action :
             {actions.show_results, actions.show_findings, actions.show_plan, actions.show_log}) {
            action->trigger();
            QTest::qWait(50);
            for (const QString& each : settled_parts(*window_))
                found << action->text() + ": " + each;
        }
        window_->say(Severity::warning, "What happened, why, and what is to be done about it.");
        window_->actions().guide->trigger();
        QVERIFY(window_->guide());
        auto* next = window_->guide()->findChild<QPushButton*>("primary");
        QVERIFY(next);
        for (int step = 0; step < 5; ++step) {
            QTest::qWait(50);
            for (const QString& each : settled_parts(*window_->guide()))
                found << QString("guide, step %1: ").arg(step + 1) + each;
            next->click();
        }
        found << settled_parts(window_->messages());
        StartOptions options;
        options.safe = true;
        auto fresh = open_window({}, options);
        fresh->resize(window_->size());
        QTest::qWait(100);
        for (const QString& each : settled_parts(*fresh)) found << "start: " + each;
        QVERIFY2(found.isEmpty(), qPrintable(found.join('\n')));
    }

    void nothing_is_cut_in_the_dialogs() {
        QStringList found;
        const auto look_at = [&](QWidget& dialog, const QString& name) {
            dialog.show();
            QVERIFY(QTest::qWaitForWindowExposed(&dialog));
            // The screen of this test is 400 pixels wide at this scale: as large as on a usual one.
            if (name == window_->actions().export_paper->text())
                dialog.resize(dialog.size().expandedTo(window_->size() * 0.92));
            QTest::qWait(50);
            for (const QString& each : settled_parts(dialog)) found << name + ": " + each;
        };
        PreferencesDialog preferences({}, ThemeChoice::light, {});
        look_at(preferences, "preferences");
        KeyboardMap keys(*window_->menuBar());
        look_at(keys, "keyboard");
        SetupBar setup;
        look_at(setup, "setup");
        GrowthDialog growth(window_->workspace().run().record(), window_->workspace().rates(),
                            window_.get());
        look_at(growth, "add to this run");
        growth.close();
        for (QAction* action : {window_->actions().export_paper, window_->actions().commands}) {
            bool seen = false;
            QTimer::singleShot(400, this, [&] {
                for (QWidget* top : QApplication::topLevelWidgets()) {
                    if (!top->isVisible() || !qobject_cast<QDialog*>(top) || top == &keys ||
                        top == &preferences)
                        continue;
                    look_at(*top, action->text());
                    top->close();
                    seen = true;
                }
            });
            action->trigger();
            QTRY_VERIFY2_WITH_TIMEOUT(seen, qPrintable(action->text()), patient(10'000));
        }
        QVERIFY2(found.isEmpty(), qPrintable(found.join('\n')));
    }

  private:
    std::unique_ptr<Folders> folders_;
    std::unique_ptr<MainWindow> window_;
};

}  // namespace slay

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    // As a desktop gives it whose text is set to 200 %.
    if (qEnvironmentVariableIntValue("SLAY_TEST_FONT") == 2) {
        QFont font = QApplication::font();
        font.setPointSizeF(2 * std::max(font.pointSizeF(), 9.5));
        QApplication::setFont(font);
    }
    slay::ClippingTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "clipping_test.moc"
