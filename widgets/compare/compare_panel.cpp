#include "widgets/compare/compare_panel.h"

#include <QComboBox>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QJsonArray>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QSignalBlocker>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "engine/core/data_folder.h"
#include "engine/core/experiment_info.h"
#include "engine/core/journal.h"
#include "engine/core/results_reader.h"
#include "engine/core/units.h"
#include "exports/compare/compare_csv.h"
#include "exports/panels.h"
#include "widgets/compare/overlay_view.h"
#include "widgets/compare/sample_view.h"
#include "widgets/document/background.h"
#include "widgets/look/flow_layout.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"
#include "widgets/window/dropped_files.h"

namespace slay {
namespace {

QString plain(const std::string& text) {
    return QString::fromStdString(clean_text(text, 120));
}

QComboBox* new_choice(const QString& name) {
    auto* box = new QComboBox;
    box->setAccessibleName(name);
    box->setToolTip(name);
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    box->setMaximumWidth(50 * unit);
    return box;
}

QToolButton* new_button(const QString& icon, const QString& text, const QString& tip) {
    auto* button = new QToolButton;
    button->setIcon(themed_icon(icon));
    button->setText(text);
    button->setToolTip(tip);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

// Keeps what was chosen where it is still there.
void fill(QComboBox& box, const QList<std::pair<QString, QVariant>>& items) {
    const QSignalBlocker blocker(box);
    const QVariant before = box.currentData();
    box.clear();
    for (const auto& [text, data] : items) box.addItem(text, data);
    box.setCurrentIndex(std::max(0, box.findData(before)));
}

}  // namespace

ComparePanel::ComparePanel(RunDocument& shown, QWidget* parent) : QWidget(parent), shown_(shown) {
    setObjectName("plot-page");
    setAttribute(Qt::WA_StyledBackground);
    model_ = new CompareModel(this);
    sorted_ = new QSortFilterProxyModel(this);
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(CompareModel::sort_role);
    table_ = new QTableView;
    table_->setModel(sorted_);
    table_->setSortingEnabled(true);
    table_->sortByColumn(-1, Qt::AscendingOrder);  // by group, then as the runs go
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->verticalHeader()->setDefaultSectionSize(table_->fontMetrics().height() + 9);
    table_->verticalHeader()->hide();
    table_->setAccessibleName(tr("Points of the compared runs"));
    table_->horizontalHeader()->setSectionsMovable(true);
    table_->horizontalHeader()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(table_->horizontalHeader(), &QWidget::customContextMenuRequested, this,
            &ComparePanel::column_menu);
    connect(table_->horizontalHeader(), &QHeaderView::sectionMoved, this,
            &ComparePanel::take_column_order);
    setAcceptDrops(true);
    connect(table_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &ComparePanel::show_details);

    overlay_ = new OverlayView;
    samples_ = new SampleView;
    auto* left = new QSplitter(Qt::Vertical);
    left->addWidget(overlay_);
    left->addWidget(table_);
    left->setStretchFactor(0, 3);
    left->setStretchFactor(1, 2);
    left->setSizes({600, 400});  // parts of what there is
    auto* split = new QSplitter(Qt::Horizontal);
    split->addWidget(left);
    split->addWidget(samples_);
    split->setStretchFactor(0, 5);
    split->setStretchFactor(1, 3);
    empty_ =
        new QLabel(tr("Add two runs or more: their curves lie over each other here, and each "
                      "number stands beside its ratio to a baseline."));
    empty_->setObjectName("plot-empty");
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(new_bar());
    layout->addWidget(empty_, 1);
    layout->addWidget(split, 1);
    split->setObjectName("compare-split");
    runs_changed();
}

QWidget* ComparePanel::new_bar() {
    auto* bar = new QWidget;
    auto* row = new FlowLayout(unit);
    auto* rows = new QVBoxLayout(bar);
    rows->setContentsMargins(3 * unit, unit, 3 * unit, unit);
    rows->setSpacing(unit);
    rows->addLayout(row);
    auto* add = new_button("open", tr("Add run"),
                           tr("Add the run in view, saved runs, reference runs, or a file"));
    add_menu_ = new QMenu(add);
    add_menu_->setObjectName("compare-add");
    add->setMenu(add_menu_);
    add->setPopupMode(QToolButton::InstantPopup);
    connect(add_menu_, &QMenu::aboutToShow, this, &ComparePanel::fill_add_menu);
    remove_ = new_button("close", tr("Remove"), tr("Take a run out of the comparison"));
    runs_menu_ = new QMenu(remove_);
    remove_->setMenu(runs_menu_);
    remove_->setPopupMode(QToolButton::InstantPopup);
    experiment_ = new_choice(tr("Experiment"));
    metric_ = new_choice(tr("Metric"));
    baseline_ = new_choice(tr("Baseline of the ratios"));
    group_ = new_choice(tr("Group the rows by"));
    filter_ = new QLineEdit;
    filter_->setPlaceholderText(tr("Filter: words, or conditions such as length>=1024"));
    filter_->setToolTip(
        tr("Words that a row holds, and conditions on any parameter, on variant, "
           "run, state or value: length>=1024 dtype=bfloat16 state=ok value<2"));
    filter_->setAccessibleName(tr("Filter"));
    filter_->setClearButtonEnabled(true);
    ratio_ = new_button("reference", tr("Ratio"), tr("Draw curves as multiples of the baseline"));
    ratio_->setObjectName("compare-ratio");
    ratio_->setCheckable(true);
    connect(ratio_, &QToolButton::toggled, this, &ComparePanel::choose_baseline);
    auto* csv = new_button("save", tr("CSV\u2026"), tr("Save the rows that are shown as CSV"));
    csv->setObjectName("compare-csv");
    connect(csv, &QToolButton::clicked, this, &ComparePanel::ask_for_csv);
    auto* copy =
        new_button("copy", tr("As command"), tr("Copy the command that prints this table"));
    copy->setObjectName("compare-command");
    connect(copy, &QToolButton::clicked, this, [this] { emit command_asked(command()); });
    for (QWidget* each : std::initializer_list<QWidget*>{add, remove_, experiment_, metric_,
                                                         baseline_, ratio_, group_, csv, copy})
        row->addWidget(each);
    rows->addWidget(filter_);
    with_runs_ = {remove_, experiment_, metric_, baseline_, ratio_, group_, csv, copy, filter_};
    connect(experiment_, &QComboBox::activated, this, &ComparePanel::runs_changed);
    connect(metric_, &QComboBox::activated, this, &ComparePanel::choose_metric);
    connect(baseline_, &QComboBox::activated, this, &ComparePanel::choose_baseline);
    connect(group_, &QComboBox::activated, this, &ComparePanel::refresh);
    connect(filter_, &QLineEdit::textChanged, this, &ComparePanel::refresh);
    return bar;
}

void ComparePanel::set_known_runs(const QList<std::pair<QString, QString>>& name_and_folder) {
    known_ = name_and_folder;
}

void ComparePanel::fill_add_menu() {
    constexpr int most = 30;  // a menu that fits on a screen; the others by Browse
    add_menu_->clear();
    QAction* shown = add_menu_->addAction(themed_icon("record"), tr("The run in view"), this,
                                          &ComparePanel::add_shown);
    shown->setEnabled(!shown_.folder().isEmpty());
    add_menu_->addSeparator();
    for (qsizetype i = 0; i < std::min<qsizetype>(known_.size(), most); ++i)
        connect(add_menu_->addAction(plain(known_[i].first.toStdString())), &QAction::triggered,
                this, [this, folder = known_[i].second] { add_run(folder); });
    if (!known_.isEmpty()) add_menu_->addSeparator();
    add_menu_->addAction(themed_icon("open"), tr("Browse\u2026"), this,
                         &ComparePanel::ask_for_runs);
}

void ComparePanel::ask_for_runs() {
    const auto runs = default_runs_folder();
    const QStringList files =
        QFileDialog::getOpenFileNames(this, tr("Add runs to the comparison"),
                                      runs ? QString::fromStdString(*runs) : QDir::homePath(),
                                      tr("Journals and results (*.jsonl *.jsonl.gz *.json)"));
    if (!files.isEmpty()) add_runs(files);
}

void ComparePanel::add_shown() {
    if (shown_.folder().isEmpty()) {
        emit said(Severity::info, tr("There is no saved run in view to add."));
        return;
    }
    add_run(shown_.folder());
}

void ComparePanel::add_runs(const QStringList& paths) {
    using Contents = std::vector<Result<JournalContent>>;
    in_background(
        this,
        [paths] {
            auto contents = std::make_shared<Contents>();
            for (const QString& path : paths) contents->push_back(read_run(path.toStdString()));
            return contents;
        },
        [this, paths](const std::shared_ptr<Contents>& contents) {
            bool any = false;
            for (qsizetype i = 0; i < paths.size(); ++i) {
                Result<JournalContent>& content = (*contents)[static_cast<std::size_t>(i)];
                if (!content) {
                    emit said(Severity::error, QString::fromStdString(content.error().message));
                    continue;
                }
                const QFileInfo info(run_behind(paths[i]));
                const bool results = info.suffix().compare("json", Qt::CaseInsensitive) == 0;
                const QString label = info.isDir() ? info.fileName()
                                      : results    ? info.completeBaseName()
                                                   : info.dir().dirName();
                for (const std::string& line : content->skipped)
                    emit said(Severity::warning, tr("%1: passed over %2").arg(label, plain(line)));
                model_->runs().add(label.toStdString(),
                                   std::make_shared<RunRecord>(std::move(content->record)));
                paths_.push_back(paths[i]);
                any = true;
            }
            if (any) runs_changed();
        });
}

void ComparePanel::add_record(const QString& label, std::shared_ptr<const RunRecord> record,
                              const QString& path) {
    model_->runs().add(label.toStdString(), std::move(record));
    paths_.resize(model_->runs().runs().size() - 1);  // of others that were added without a path
    paths_.push_back(path);
    runs_changed();
}

void ComparePanel::dragEnterEvent(QDragEnterEvent* event) {
    if (!dropped_files(*event->mimeData()).runs.isEmpty()) event->acceptProposedAction();
}

void ComparePanel::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    add_runs(dropped_files(*event->mimeData()).runs);
}

// Rows as they are shown, sorted by hand or not.
bool ComparePanel::write_csv(const QString& path) {
    std::vector<std::size_t> rows;
    for (int row = 0; row < sorted_->rowCount(); ++row)
        rows.push_back(model_->shown()[static_cast<std::size_t>(
            sorted_->mapToSource(sorted_->index(row, 0)).row())]);
    const Status written =
        write_file_atomically(path.toStdString(), compare_csv(model_->runs(), rows));
    if (!written)
        emit said(Severity::error, QString::fromStdString(written.error().message));
    else
        emit said(Severity::info, tr("Saved %1: %2 rows").arg(path).arg(rows.size()));
    return written.ok();
}

void ComparePanel::ask_for_csv() {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save the rows as CSV"), QDir::homePath() + "/comparison.csv", tr("CSV (*.csv)"));
    if (!path.isEmpty()) write_csv(path);
}

QStringList ComparePanel::command() const {
    const RunComparison& runs = model_->runs();
    QStringList words{"slay-bench", "compare"};
    for (std::size_t i = 0; i < runs.runs().size(); ++i)
        words << (i < paths_.size() && !paths_[i].isEmpty()
                      ? paths_[i]
                      : QString::fromStdString(runs.runs()[i].label));
    if (runs.runs().empty()) words << "RUN";
    words << "--experiment" << QString::fromStdString(runs.experiment()) << "--metric"
          << QString::fromStdString(runs.metric());
    const Baseline& baseline = runs.baseline();
    if (baseline.kind == Baseline::Kind::run)
        words << "--baseline" << QString::fromStdString(runs.runs()[baseline.run].label);
    if (baseline.kind == Baseline::Kind::variant)
        words << "--baseline" << QString::fromStdString(baseline.variant);
    if (!filter_->text().isEmpty()) words << "--filter" << filter_->text();
    if (group_->currentIndex() > 0) words << "--group" << group_->currentData().toString();
    return words;
}

// The columns come and go with what differs; those that were moved or hidden by hand are
// remembered by their names.
void ComparePanel::place_columns() {
    placing_ = true;
    QHeaderView* header = table_->horizontalHeader();
    int place = 0;
    for (const QString& id : order_)
        for (int column = 0; column < model_->columnCount(); ++column)
            if (model_->column_id(column) == id)
                header->moveSection(header->visualIndex(column), place++);
    for (int column = 0; column < model_->columnCount(); ++column)
        table_->setColumnHidden(column, hidden_.contains(model_->column_id(column)));
    placing_ = false;
}

void ComparePanel::take_column_order() {
    if (placing_) return;
    QStringList order;
    const QHeaderView* header = table_->horizontalHeader();
    for (int place = 0; place < header->count(); ++place)
        order << model_->column_id(header->logicalIndex(place));
    for (const QString& id : order_)
        if (!order.contains(id)) order << id;  // not there now, perhaps later
    order_ = order;
}

void ComparePanel::column_menu(const QPoint& at) {
    auto* menu = new QMenu(this);
    menu->setObjectName("compare-columns");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int column = 0; column < model_->columnCount(); ++column) {
        const QString id = model_->column_id(column);
        QAction* action =
            menu->addAction(model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setObjectName(id);
        action->setCheckable(true);
        action->setChecked(!hidden_.contains(id));
        connect(action, &QAction::toggled, this, [this, id](bool on) {
            on ? static_cast<void>(hidden_.remove(id)) : static_cast<void>(hidden_.insert(id));
            place_columns();
        });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("As at first")), &QAction::triggered, this, [this] {
        hidden_.clear();
        order_.clear();
        refresh();
    });
    menu->popup(table_->horizontalHeader()->mapToGlobal(at));
}

QJsonObject ComparePanel::state() const {
    return {{"order", QJsonArray::fromStringList(order_)},
            {"hidden", QJsonArray::fromStringList(hidden_.values())}};
}

void ComparePanel::restore(const QJsonObject& state) {
    order_.clear();
    hidden_.clear();
    for (const auto& each : state["order"].toArray()) order_ << each.toString();
    for (const auto& each : state["hidden"].toArray())
        if (const QString id = each.toString(); !id.isEmpty()) hidden_.insert(id);
    place_columns();
}

void ComparePanel::runs_changed() {
    RunComparison& runs = model_->runs();
    QList<std::pair<QString, QVariant>> experiments, metrics;
    for (const std::string& name : runs.experiments()) {
        const ExperimentInfo* info = find_experiment(name);
        experiments << std::pair(plain(info ? info->title : name), QString::fromStdString(name));
    }
    fill(*experiment_, experiments);
    const std::string experiment = experiment_->currentData().toString().toStdString();
    for (const std::string& id : runs.metrics(experiment))
        metrics << std::pair(plain(metric_info(*runs.runs().front().record, id).heading),
                             QString::fromStdString(id));
    fill(*metric_, metrics);
    runs_menu_->clear();
    for (std::size_t i = 0; i < runs.runs().size(); ++i)
        connect(runs_menu_->addAction(plain(runs.runs()[i].label)), &QAction::triggered, this,
                [this, i] {
                    model_->runs().remove(i);
                    if (i < paths_.size())
                        paths_.erase(paths_.begin() + static_cast<std::ptrdiff_t>(i));
                    runs_changed();
                });
    for (QWidget* each : with_runs_) each->setVisible(!runs.runs().empty());
    empty_->setVisible(runs.runs().empty());
    findChild<QSplitter*>("compare-split")->setVisible(!runs.runs().empty());
    choose_metric();
}

void ComparePanel::choose_metric() {
    RunComparison& runs = model_->runs();
    runs.show(experiment_->currentData().toString().toStdString(),
              metric_->currentData().toString().toStdString());
    QList<std::pair<QString, QVariant>> baselines{{tr("no baseline"), QString()}};
    QStringList variants;
    for (std::size_t i = 0; i < runs.runs().size() && runs.runs().size() > 1; ++i)
        baselines << std::pair(tr("over run %1").arg(plain(runs.runs()[i].label)),
                               QString("run:%1").arg(i));
    for (const RunComparison::Row& row : runs.rows()) {
        const QString name = QString::fromStdString(row.point->point.variant);
        if (variants.contains(name)) continue;
        variants << name;
        const VariantInfo* info = runs.runs()[row.run].record->variant(row.point->point.variant);
        baselines << std::pair(
            tr("over %1").arg(
                plain(info && !info->label.empty() ? info->label : row.point->point.variant)),
            "variant:" + name);
    }
    fill(*baseline_, baselines);
    QList<std::pair<QString, QVariant>> groups{{tr("by run"), QString("run")},
                                               {tr("by variant"), QString("variant")}};
    for (const std::string& id : runs.differing(runs.filtered({}))) {
        const ParameterInfo* info = find_parameter(id);
        groups << std::pair(tr("by %1").arg(plain(info ? info->label : id)),
                            QString::fromStdString(id));
    }
    fill(*group_, groups);
    choose_baseline();
}

void ComparePanel::choose_baseline() {
    const QString chosen = baseline_->currentData().toString();
    Baseline baseline;
    if (chosen.startsWith("run:")) {
        baseline.kind = Baseline::Kind::run;
        baseline.run = chosen.mid(4).toULongLong();
    } else if (chosen.startsWith("variant:")) {
        baseline.kind = Baseline::Kind::variant;
        baseline.variant = chosen.mid(8).toStdString();
    }
    const bool any = baseline.kind != Baseline::Kind::none;
    model_->runs().set_baseline(std::move(baseline));
    ratio_->setEnabled(any);
    overlay_->set_ratio(any && ratio_->isChecked());
    overlay_->show_runs(model_->runs());
    refresh();
}

void ComparePanel::refresh() {
    model_->refresh(filter_->text(), group_->currentData().toString());
    samples_->clear();
    samples_->hide();
    // Columns are measured by the rows in view: a long table costs no more than a short one.
    table_->horizontalHeader()->setResizeContentsPrecision(50);
    table_->resizeColumnsToContents();
    place_columns();
}

void ComparePanel::show_details(const QModelIndex& index) {
    const RunComparison::Row* row = model_->row_at(sorted_->mapToSource(index).row());
    samples_->setVisible(row != nullptr);
    row ? samples_->show_row(model_->runs(), *row) : samples_->clear();
}

QString ComparePanel::details() const {
    return samples_->text();
}

void ComparePanel::retheme() {
    samples_->retheme();
    overlay_->show_runs(model_->runs());
}

}  // namespace slay
