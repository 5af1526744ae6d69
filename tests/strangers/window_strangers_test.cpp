// A stranger's run and preset in the window: their texts are shown as they are, never as markup,
// and what is copied or exported runs nothing.
#include <QAbstractItemView>
#include <QAction>
#include <QLabel>
#include <QRegularExpression>
#include <QTextDocument>

#include "exports/csv.h"
#include "tests/slow_build.h"
#include "tests/strangers/hostile_run.h"
#include "tests/window/window_fixture.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/results/log_panel.h"
#include "widgets/results/results_panel.h"

using namespace slay;

namespace {

// Whether Qt would show the text as markup with an element that the stranger wrote.
bool is_obeyed(const QString& text) {
    if (!Qt::mightBeRichText(text)) return false;
    static const QRegularExpression foreign("<(img src=|b>bold|a href=.?http://evil)");
    return foreign.match(text).hasMatch();
}

QStringList obeyed_texts(QWidget& window) {
    QStringList found;
    for (const QWidget* each : window.findChildren<QWidget*>())
        if (is_obeyed(each->toolTip()) || is_obeyed(each->statusTip()) ||
            is_obeyed(each->whatsThis()))
            found << QString("tip of %1: %2").arg(each->objectName(), each->toolTip());
    for (const QLabel* each : window.findChildren<QLabel*>())
        if (each->textFormat() != Qt::PlainText && is_obeyed(each->text()))
            found << "label: " + each->text();
    for (const QAction* each : window.findChildren<QAction*>())
        if (is_obeyed(each->toolTip())) found << "tip of an action: " + each->toolTip();
    for (const QAbstractItemView* view : window.findChildren<QAbstractItemView*>()) {
        const QAbstractItemModel* model = view->model();
        if (!model) continue;
        QList<QModelIndex> open{QModelIndex()};
        while (!open.isEmpty()) {
            const QModelIndex parent = open.takeLast();
            for (int row = 0; row < model->rowCount(parent); ++row)
                for (int column = 0; column < model->columnCount(parent); ++column) {
                    const QModelIndex index = model->index(row, column, parent);
                    if (is_obeyed(index.data(Qt::ToolTipRole).toString()))
                        found << "tip: " + index.data(Qt::ToolTipRole).toString();
                    if (column == 0 && model->hasChildren(index)) open << index;
                }
        }
        for (int column = 0; column < model->columnCount(); ++column)
            if (const QString tip =
                    model->headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString();
                is_obeyed(tip))
                found << "tip of a heading: " + tip;
    }
    return found;
}

}  // namespace

class WindowStrangersTest : public QObject {
    Q_OBJECT

    Folders folders_;
    std::unique_ptr<MainWindow> window_;

  private slots:
    void initTestCase() { apply_theme(ThemeChoice::light); }
    void cleanup() { window_.reset(); }

    void a_run_is_shown_as_it_is_data() {
        QTest::addColumn<std::string>("trick");
        QTest::addColumn<bool>("own_ids");
        for (const samples::Trick& trick : samples::tricks())
            QTest::newRow(trick.name) << trick.text << true;
        QTest::newRow("markup, known points") << samples::tricks().front().text << false;
    }
    void a_run_is_shown_as_it_is() {
        QFETCH(std::string, trick);
        QFETCH(bool, own_ids);
        // The folder has such a name too, as far as a folder can.
        QString name = QString::fromStdString(trick).remove('/').remove(QChar(0)).left(80);
        if (QString(name).remove('.').isEmpty()) name = "run";
        const QString folder = folders_.file(QString::number(own_ids) + name);
        QVERIFY(QDir().mkpath(folder));
        QFile journal(folder + "/journal.jsonl");
        QVERIFY(journal.open(QIODevice::WriteOnly));
        journal.write(
            QByteArray::fromStdString(samples::lines_of(samples::hostile_run(trick, own_ids))));
        journal.close();

        StartOptions options;
        options.safe = true;
        options.path = folder;
        window_ = open_window({}, options);
        QTRY_VERIFY_WITH_TIMEOUT(window_->workspace().run().has_run(), patient(60'000));
        QTRY_COMPARE_WITH_TIMEOUT(window_->results().model().rowCount(), 4, patient(60'000));
        QTest::qWait(50);
        QCOMPARE(obeyed_texts(*window_), QStringList{});

        for (const QString& line : window_->results().tsv().split('\n', Qt::SkipEmptyParts))
            for (const QString& cell : line.split('\t')) {
                bool number = false;
                cell.toDouble(&number);
                QVERIFY2(number || (!begins_formula(cell.toStdString()) && !cell.startsWith('"')),
                         qPrintable(cell));
            }
        // No control character comes as far as a cell or a line of the log.
        const LogModel& log = window_->log().model();
        QVERIFY(log.rowCount() > 0);
        for (int row = 0; row < log.rowCount(); ++row)
            for (const QChar c : log.index(row, 1).data().toString())
                QVERIFY(c.unicode() >= 0x20 && c.unicode() != 0x7F);
    }
};

QTEST_MAIN(WindowStrangersTest)
#include "window_strangers_test.moc"
