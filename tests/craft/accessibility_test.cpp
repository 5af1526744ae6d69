// What a screen reader meets: every part of the window that can be acted on has a name and a role,
// Tab reaches all of them, and a figure can be read as a table.
#include <qcustomplot.h>

#include <QAccessible>
#include <QAccessibleWidget>
#include <QApplication>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QSet>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <QTreeView>

#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/growth/growth_dialog.h"
#include "widgets/guide/keyboard_map.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/plot_view.h"
#include "widgets/setup/preferences_dialog.h"
#include "widgets/setup/setup_bar.h"

namespace slay {
namespace {

// Roles that a user acts on or goes into: each needs a name. Cells and items are named by their
// text, and are not walked.
bool is_interactive(QAccessible::Role role) {
    static const QSet<int> roles{
        QAccessible::PushButton,  QAccessible::CheckBox,       QAccessible::RadioButton,
        QAccessible::ComboBox,    QAccessible::EditableText,   QAccessible::SpinBox,
        QAccessible::Slider,      QAccessible::PageTab,        QAccessible::MenuItem,
        QAccessible::ButtonMenu,  QAccessible::ButtonDropDown, QAccessible::Table,
        QAccessible::Tree,        QAccessible::List,           QAccessible::Graphic,
        QAccessible::Chart,       QAccessible::Canvas,         QAccessible::Link,
        QAccessible::HotkeyField, QAccessible::Dial,           QAccessible::ProgressBar};
    return roles.contains(role);
}

bool is_container_of_items(QAccessible::Role role) {
    return role == QAccessible::Table || role == QAccessible::Tree || role == QAccessible::List;
}

struct Walk {
    QStringList nameless;
    int named = 0;

    // Parts that Qt makes and that carry no meaning of their own.
    static bool is_qt_s_own(const QObject* object) {
        if (!object) return false;
        const QString name = object->objectName();
        return name.startsWith("qt_") || object->inherits("QScrollBar") ||
               object->inherits("QComboBoxPrivateContainer") || object->inherits("QSizeGrip") ||
               object->inherits("QToolBarExtension");
    }

    void go(QAccessibleInterface* at, const QString& path) {
        if (!at || !at->isValid()) return;
        const QObject* object = at->object();
        const auto* widget = qobject_cast<const QWidget*>(object);
        if (is_qt_s_own(object) || (widget && widget->isWindow() && !path.isEmpty())) return;
        const QString type = object ? object->metaObject()->className() : "part";
        const QString here = path + '/' + type + (object ? '#' + object->objectName() : QString());
        const bool takes_focus = widget && widget->focusPolicy() != Qt::NoFocus;
        const bool buddy_edit =
            object && object->parent() && object->parent()->inherits("QAbstractSpinBox");
        // A label that says nothing yet: its text is its name.
        const auto* label = qobject_cast<const QLabel*>(object);
        const bool silent = label && label->text().isEmpty() && label->pixmap().isNull();
        if ((is_interactive(at->role()) || takes_focus) && !buddy_edit && !silent &&
            !(widget && widget->inherits("QScrollArea"))) {
            if (at->text(QAccessible::Name).trimmed().isEmpty())
                nameless << here;
            else
                ++named;
        }
        if (is_container_of_items(at->role())) return;
        for (int i = 0; i < at->childCount(); ++i) go(at->child(i), here);
    }
};

Walk walk(QWidget& root) {
    Walk out;
    out.go(QAccessible::queryAccessibleInterface(&root), {});
    return out;
}

bool takes_tab(const QWidget* widget) {
    return widget->isVisible() && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus);
}

}  // namespace

class AccessibilityTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() {
        folders_ = std::make_unique<Folders>();
        StartOptions options;
        options.path = write_preset(*folders_, small_spec());
        options.run = true;
        window_ = open_window({}, options);
        QTRY_VERIFY_WITH_TIMEOUT(window_->workspace().run().has_run(), patient(20'000));
        QTRY_VERIFY_WITH_TIMEOUT(idle(*window_), patient(20'000));
    }
    void cleanupTestCase() {
        window_.reset();
        folders_.reset();
    }

    // The test would find a nameless one.
    void a_nameless_button_is_found() {
        QWidget box;
        new QToolButton(&box);
        QCOMPARE(walk(box).nameless.size(), 1);
        QLineEdit edit(&box);
        QCOMPARE(walk(box).nameless.size(), 2);
        edit.setAccessibleName("Length");
        QCOMPARE(walk(box).nameless.size(), 1);
    }

    void every_control_of_the_window_has_a_name() {
        auto* tabs = window_->plots().findChild<QTabWidget*>();
        QVERIFY(tabs);
        int named = 0;
        for (int i = 0; i < tabs->count(); ++i) {
            tabs->setCurrentIndex(i);
            const Walk found = walk(*window_);
            QVERIFY2(found.nameless.isEmpty(),
                     qPrintable(tabs->tabText(i) + ":\n" + found.nameless.join('\n')));
            named = std::max(named, found.named);
        }
        QVERIFY2(named > 40, qPrintable(QString::number(named)));
    }

    void every_control_of_the_dialogs_has_a_name() {
        const auto whole = [](QWidget& dialog) {
            dialog.show();
            QVERIFY(QTest::qWaitForWindowExposed(&dialog));
            const Walk found = walk(dialog);
            QVERIFY2(found.nameless.isEmpty(), qPrintable(found.nameless.join('\n')));
            QVERIFY(found.named > 1);
        };
        PreferencesDialog preferences({}, ThemeChoice::dark, {});
        whole(preferences);
        KeyboardMap keys(*window_->menuBar());
        whole(keys);
        SetupBar setup;
        whole(setup);
        GrowthDialog growth(window_->workspace().run().record(), window_->workspace().rates(),
                            window_.get());
        whole(growth);
        growth.close();
        // Those that the window opens itself, modal or not.
        for (QAction* action : {window_->actions().export_paper, window_->actions().commands,
                                window_->actions().show_plan}) {
            bool seen = false;
            QTimer::singleShot(500, this, [&] {
                for (QWidget* top : QApplication::topLevelWidgets()) {
                    if (!top->isVisible() || !qobject_cast<QDialog*>(top)) continue;
                    whole(*top);
                    top->close();
                    seen = true;
                }
            });
            action->trigger();
            if (action != window_->actions().show_plan)  // a panel: walked with the window below
                QTRY_VERIFY2_WITH_TIMEOUT(seen, qPrintable(action->text()), patient(10'000));
            QTest::qWait(600);
        }
        window_->actions().guide->trigger();
        QVERIFY(window_->guide());
        const Walk found = walk(*window_);
        QVERIFY2(found.nameless.isEmpty(), qPrintable(found.nameless.join('\n')));
    }

    // Once round by Tab: everything that takes it is met, nothing twice, and the panels come from
    // left to right.
    void tab_goes_round_once() {
        QSet<const QWidget*> expected;
        for (const QWidget* each : window_->findChildren<QWidget*>())
            if (takes_tab(each) && each->window() == window_.get() && !each->focusProxy())
                expected.insert(each);
        QSet<const QWidget*> met;
        const QWidget* at = window_->nextInFocusChain();
        for (int steps = 0; at != window_.get() && steps < 100'000; ++steps) {
            if (expected.contains(at)) {
                QVERIFY2(!met.contains(at), at->metaObject()->className());
                met.insert(at);
            }
            at = at->nextInFocusChain();
        }
        for (const QWidget* each : expected)
            QVERIFY2(met.contains(each), qPrintable(QString(each->metaObject()->className()) + ' ' +
                                                    each->accessibleName()));
        QVERIFY(met.size() > 20);
    }

    void a_figure_is_readable_as_a_table() {
        window_->plots().show_figure("latency_scaling");
        PlotView* view = window_->plots().current_view();
        QVERIFY(view);
        view->plot().setFocus();
        QTest::keyClick(&view->plot(), Qt::Key_T);
        QVERIFY(view->table_shown());
        auto* table = view->findChild<QTableView*>();
        QVERIFY(table && table->isVisible());
        std::size_t points = 0;
        for (const Series& series : view->data().series)
            points += series.points.size() + series.undrawn.size();
        QVERIFY(points > 0);
        QCOMPARE(static_cast<std::size_t>(table->model()->rowCount()), points);
        // The first row says what the first marker shows, with the unit in the head.
        const Series& first = view->data().series.front();
        QCOMPARE(table->model()->index(0, 0).data().toString(),
                 QString::fromStdString(first.label));
        QVERIFY(qAbs(table->model()->index(0, 2).data().toString().toDouble() -
                     first.points.front().y) <= 1e-3 * first.points.front().y);
        QVERIFY(table->model()->headerData(2, Qt::Horizontal).toString().contains("(ms)"));
        QVERIFY(
            table->model()->index(0, 2).data(Qt::AccessibleTextRole).toString().contains("(ms): "));
        QTest::keyClick(table, Qt::Key_T);
        QVERIFY(!view->table_shown());
    }

  private:
    std::unique_ptr<Folders> folders_;
    std::unique_ptr<MainWindow> window_;
};

}  // namespace slay

QTEST_MAIN(slay::AccessibilityTest)
#include "accessibility_test.moc"
