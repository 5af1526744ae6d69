#include "widgets/exports/export_dialog.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>
#include <nlohmann/json.hpp>

#include "engine/core/journal.h"
#include "engine/core/units.h"
#include "widgets/editor/form_row.h"
#include "widgets/exports/check_view.h"
#include "widgets/exports/page_view.h"
#include "widgets/exports/paper_form.h"
#include "widgets/look/theme.h"
#include "widgets/window/export_task.h"

namespace slay {
namespace {

constexpr int stem_role = Qt::UserRole;
constexpr int settle_ms = 150;

QString text_of(const std::string& text) {
    return QString::fromStdString(text);
}

QWidget* panel_of(QLayout* layout) {
    auto* panel = new QWidget;
    panel->setObjectName("panel-body");
    panel->setLayout(layout);
    return panel;
}

}  // namespace

ExportDialog::ExportDialog(std::shared_ptr<const RunRecord> record, const QString& run_folder,
                           const QString& folder, const PaperChoice& start, QWidget* parent)
    : QDialog(parent), record_(std::move(record)), run_folder_(run_folder) {
    setWindowTitle(tr("Export for a paper"));
    resize(QSize(1180, 740).boundedTo(screen()->availableSize() - QSize(40, 60)));
    folder_ = new QLineEdit(folder);
    auto* parts = new QSplitter;
    parts->setChildrenCollapsible(false);
    parts->addWidget(build_left());
    parts->addWidget(build_right());
    parts->setStretchFactor(1, 1);
    parts->setSizes({336, 844});
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(parts, 1);
    column->addWidget(build_bottom());

    soon_.setSingleShot(true);
    soon_.setInterval(settle_ms);
    connect(&soon_, &QTimer::timeout, this, &ExportDialog::preview_current);
    connect(&maker_, &PreviewMaker::made, this, &ExportDialog::take_preview);
    connect(form_, &PaperForm::changed, this, &ExportDialog::refresh);
    connect(items_, &QListWidget::currentItemChanged, this, [this] { soon_.start(); });
    connect(items_, &QListWidget::itemChanged, this, [this] { refresh(); });
    connect(zoom_, &QComboBox::currentIndexChanged, this,
            [this] { maker_.draw_again(shown_, wanted_dots()); });
    connect(grey_, &QCheckBox::toggled, this, &ExportDialog::show_page);
    fill_items();
    set_choice(start);
}

ExportDialog::~ExportDialog() {
    stop_.request_stop();
}

QWidget* ExportDialog::build_left() {
    form_ = new PaperForm(*record_);
    auto* scroll = new QScrollArea;
    scroll->setObjectName("panel");
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(form_);
    scroll->setMinimumWidth(with_font(300));
    return scroll;
}

QWidget* ExportDialog::build_right() {
    items_ = new QListWidget;
    items_->setObjectName("items");
    items_->setAccessibleName(tr("Figures and tables"));
    items_->setMinimumWidth(with_font(210));
    items_->setWordWrap(true);
    items_->setSpacing(unit / 2);
    items_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    page_ = new PageView;
    connect(page_, &PageView::resized, this, &ExportDialog::fit_again);
    check_ = new CheckView;
    title_ = new QLabel;
    title_->setTextFormat(Qt::PlainText);
    title_->setObjectName("section");
    zoom_ = new QComboBox;
    zoom_->setAccessibleName(tr("Size of the preview"));
    zoom_->addItem(tr("Fit"), 0.0);
    for (const double share : {1.0, 1.5, 2.0, 3.0})
        zoom_->addItem(tr("%1 %").arg(share * 100), share);

    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(3 * unit, 2 * unit, 3 * unit, unit);
    bar->addWidget(title_, 1);
    grey_ = new QCheckBox(tr("In grey"));
    grey_->setToolTip(tr("As a printer without colours shows it; the files keep theirs"));
    bar->addWidget(grey_);
    bar->addWidget(zoom_);
    auto* column = new QVBoxLayout;
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(bar);
    column->addWidget(page_, 1);
    auto* rule = new QFrame;
    rule->setObjectName("rule");
    column->addWidget(rule);
    column->addWidget(check_);

    auto* list = new QVBoxLayout;
    list->setContentsMargins(2 * unit, 2 * unit, 0, 0);
    list->addWidget(new_section(tr("Figures and tables")));
    list->addWidget(items_, 1);
    auto* parts = new QSplitter;
    parts->setChildrenCollapsible(false);
    parts->addWidget(panel_of(list));
    parts->addWidget(panel_of(column));
    parts->setStretchFactor(1, 1);
    parts->setSizes({230, 650});
    return parts;
}

QWidget* ExportDialog::build_bottom() {
    folder_->setAccessibleName(tr("Folder to write into"));
    auto* browse = new QPushButton(tr("Choose\u2026"));
    connect(browse, &QPushButton::clicked, this, &ExportDialog::choose_folder);
    auto* load = new QPushButton(tr("Load settings\u2026"));
    auto* save = new QPushButton(tr("Save settings\u2026"));
    auto* copy = new QPushButton(tr("Copy as command"));
    copy->setObjectName("copy-command");
    connect(load, &QPushButton::clicked, this, &ExportDialog::load_settings);
    connect(save, &QPushButton::clicked, this, &ExportDialog::save_settings);
    connect(copy, &QPushButton::clicked, this, &ExportDialog::copy_command);
    export_ = new QPushButton(tr("Export"));
    export_->setObjectName("primary");
    export_->setDefault(true);
    connect(export_, &QPushButton::clicked, this, &ExportDialog::start_export);
    cancel_ = new QPushButton(tr("Close"));
    connect(cancel_, &QPushButton::clicked, this, [this] {
        if (!task_) return reject();
        stop_.request_stop();
        task_->cancel();
        say(tr("Stopping\u2026"));
    });
    for (QPushButton* button : {browse, load, save, copy, cancel_}) button->setAutoDefault(false);
    status_ = new QLabel;
    status_->setObjectName("muted");
    status_->setTextFormat(Qt::PlainText);
    status_->setWordWrap(true);
    status_->setAccessibleName(tr("State of the export"));
    progress_ = new QProgressBar;
    progress_->setAccessibleName(tr("Progress of the export"));
    progress_->setTextVisible(false);
    progress_->setAccessibleName(tr("Progress of the export"));
    progress_->setFixedWidth(160);
    progress_->hide();

    auto* first = new QHBoxLayout;
    first->addWidget(new QLabel(tr("Folder")));
    first->addWidget(folder_, 1);
    first->addWidget(browse);
    auto* second = new QHBoxLayout;
    second->addWidget(load);
    second->addWidget(save);
    second->addWidget(copy);
    second->addWidget(status_, 1);
    second->addWidget(progress_);
    second->addWidget(export_);
    second->addWidget(cancel_);
    auto* column = new QVBoxLayout;
    column->setContentsMargins(3 * unit, 2 * unit, 3 * unit, 3 * unit);
    column->setSpacing(2 * unit);
    column->addLayout(first);
    column->addLayout(second);
    auto* bottom = new QFrame;
    bottom->setObjectName("plan");
    bottom->setLayout(column);
    return bottom;
}

// Every figure and table that the record gives, whatever is chosen.
void ExportDialog::fill_items() {
    const QSignalBlocker quiet(items_);
    const auto plan = PaperPlan::make(record_, {});
    if (!plan) return;
    const auto add = [this](const auto& item, const QString& kind) {
        auto* row = new QListWidgetItem(kind + text_of(clean_text(item.title, 120)), items_);
        row->setData(stem_role, text_of(item.stem));
        row->setToolTip(text_of(item.stem));
        row->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        row->setCheckState(Qt::Checked);
    };
    for (const FigureItem& item : plan->figures()) add(item, tr("Figure: "));
    for (const TableItem& item : plan->tables()) add(item, tr("Table: "));
    items_->setCurrentRow(0);
}

PaperChoice ExportDialog::choice() const {
    PaperChoice out = form_->choice();
    for (int i = 0; i < items_->count(); ++i) {
        const QListWidgetItem* item = items_->item(i);
        if (item->checkState() == Qt::Checked)
            out.only.push_back(item->data(stem_role).toString().toStdString());
    }
    if (static_cast<int>(out.only.size()) == items_->count()) out.only.clear();
    return out;
}

void ExportDialog::set_choice(const PaperChoice& choice) {
    form_->set_choice(choice);
    const QSignalBlocker quiet(items_);
    // Stems of another run: then all of this one.
    bool any = choice.only.empty();
    for (int i = 0; i < items_->count() && !any; ++i)
        any = choice.wants_item(items_->item(i)->data(stem_role).toString().toStdString());
    for (int i = 0; i < items_->count(); ++i) {
        QListWidgetItem* item = items_->item(i);
        const bool on = !any || choice.wants_item(item->data(stem_role).toString().toStdString());
        item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
    }
    refresh();
}

QString ExportDialog::folder() const {
    return folder_->text().trimmed();
}

// The plan of the choice, or what is wrong with it.
void ExportDialog::refresh() {
    PaperChoice now = choice();
    QString problem = form_->problem();
    bool any = false;
    for (int i = 0; i < items_->count(); ++i)
        any = any || items_->item(i)->checkState() == Qt::Checked;
    if (!any) problem = tr("Tick a figure or a table.");
    if (problem.isEmpty()) {
        // A figure that is not exported can be looked at all the same.
        now.only.clear();
        auto plan = PaperPlan::make(record_, now);
        if (plan)
            plan_ = std::make_shared<const PaperPlan>(std::move(plan).value());
        else
            problem = text_of(plan.error().message);
    }
    if (!problem.isEmpty()) plan_.reset();
    export_->setEnabled(plan_ && !task_);
    say(problem);
    soon_.start();
}

QString ExportDialog::current_stem() const {
    const QListWidgetItem* item = items_->currentItem();
    return item ? item->data(stem_role).toString() : QString();
}

double ExportDialog::wanted_dots() const {
    const double share = zoom_->currentData().toDouble();
    if (share > 0) return share * page_->screen_dots();
    const PaperChoice now = form_->choice();
    // A table may be as wide as the text.
    const bool table = current_stem().startsWith("tables/");
    constexpr double margins = 0.2;  // around what is left of a table's page
    if (table) return page_->fitting_dots(now.page().text_inches + margins, 0);
    return page_->fitting_dots(now.figure_width(), now.figure_height());
}

void ExportDialog::preview_current() {
    const QString stem = current_stem();
    const QListWidgetItem* item = items_->currentItem();
    title_->setText(item ? item->text() : QString());
    if (!plan_ || stem.isEmpty()) {
        page_->show_message(tr("Nothing to show: see below what is missing."));
        check_->clear({});
        return;
    }
    const auto has = [&](const auto& list) {
        return std::any_of(list.begin(), list.end(),
                           [&](const auto& each) { return text_of(each.stem) == stem; });
    };
    if (!has(plan_->figures()) && !has(plan_->tables())) {
        page_->show_message(tr("The chosen variants have no points in it."));
        check_->clear({});
        return;
    }
    if (stem.startsWith("tables/")) say(tr("LaTeX is setting the table\u2026"));
    maker_.make(plan_, stem, wanted_dots());
}

void ExportDialog::take_preview(const PaperPreview& preview) {
    shown_ = preview;
    if (!task_) say(preview.note);
    if (preview.image.isNull()) {
        if (preview.text.isEmpty())
            page_->show_message(preview.problem);
        else
            page_->show_text(preview.text, preview.problem);
    } else {
        show_page();
    }
    if (preview.check.rules.empty())
        check_->clear(tr("without a PDF there is nothing to check"));
    else
        check_->show_check({{preview.check}});
}

void ExportDialog::show_page() {
    if (shown_.image.isNull()) return;
    page_->show_page(
        grey_->isChecked() ? shown_.image.convertToFormat(QImage::Format_Grayscale8) : shown_.image,
        tr("Preview of %1").arg(shown_.stem));
}

// The room of the page changes with the window and with what the check has to say.
void ExportDialog::fit_again() {
    if (zoom_->currentData().toDouble() == 0 && !shown_.pdf.empty())
        QTimer::singleShot(settle_ms, this, [this] {
            if (!maker_.busy() && std::abs(wanted_dots() - shown_.dots_per_inch) > 1)
                maker_.draw_again(shown_, wanted_dots());
        });
}

void ExportDialog::choose_folder() {
    const QString path =
        QFileDialog::getExistingDirectory(this, tr("Export into a folder"), folder());
    if (!path.isEmpty()) folder_->setText(path);
}

void ExportDialog::load_settings() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Load settings of an export"),
                                                      folder(), tr("Settings (*.json)"));
    if (path.isEmpty()) return;
    QFile file(path);
    constexpr qint64 most = 1 << 20;
    if (!file.open(QIODevice::ReadOnly)) return say(tr("%1: %2").arg(path, file.errorString()));
    const auto read = parse_choice(file.read(most).toStdString(), path.toStdString());
    if (!read) return say(text_of(clean_text(read.error().message, 400)));
    set_choice(*read);
}

void ExportDialog::save_settings() {
    QString path = QFileDialog::getSaveFileName(this, tr("Save settings of this export"),
                                                folder() + "/export.json", tr("Settings (*.json)"));
    if (path.isEmpty()) return;
    const Status written =
        write_file_atomically(path.toStdString(), to_json(choice()).dump(2) + "\n");
    say(written ? tr("Saved %1").arg(path) : text_of(written.error().message));
}

QString ExportDialog::command() const {
    std::string out = "slay-bench export " + shell_quote(run_folder_.toStdString()) + " --out " +
                      shell_quote(folder().toStdString());
    for (const std::string& word : to_words(choice())) out += ' ' + shell_quote(word);
    return text_of(out);
}

void ExportDialog::copy_command() {
    QGuiApplication::clipboard()->setText(command());
    say(tr("The command is in the clipboard."));
}

void ExportDialog::start_export() {
    if (task_ || !plan_) return;
    if (folder().isEmpty()) return say(tr("Choose a folder to write into."));
    if (!QDir().mkpath(folder()))
        return say(
            tr("%1 cannot be created: choose a folder that you may write to.").arg(folder()));
    auto plan = PaperPlan::make(record_, choice());
    if (!plan) return say(text_of(plan.error().message));
    emit choice_kept(choice());
    stop_ = {};
    PaperJobs jobs =
        paper_jobs(std::make_shared<const PaperPlan>(std::move(plan).value()), stop_.get_token());
    outcome_ = jobs.outcome;
    task_ = new ExportTask(std::move(jobs.jobs), folder(), this);
    connect(task_, &ExportTask::progressed, this, [this](int done, int total, const QString& file) {
        progress_->setMaximum(total);
        progress_->setValue(done);
        say(tr("Writing %1 (%2 of %3)").arg(file).arg(done + 1).arg(total));
    });
    connect(task_, &ExportTask::finished, this, &ExportDialog::take_exported);
    connect(task_, &ExportTask::failed, this, &ExportDialog::end_export);
    progress_->show();
    export_->setEnabled(false);
    cancel_->setText(tr("Stop"));
    task_->start();
}

void ExportDialog::take_exported(const QStringList& files) {
    QString text = tr("%1 files written to %2.").arg(files.size()).arg(folder());
    if (!outcome_->check.files.empty()) {
        check_->show_check(outcome_->check);
        text +=
            outcome_->check.failed()
                ? tr(" The check failed: see the rules above.")
                : tr(" The check of %1 PDF files found nothing.").arg(outcome_->check.files.size());
    }
    for (const std::string& note : outcome_->notes) text += ' ' + text_of(note) + '.';
    end_export(text);
    emit exported(folder(), static_cast<int>(files.size()));
}

void ExportDialog::end_export(const QString& message) {
    task_->deleteLater();
    task_ = nullptr;
    progress_->hide();
    cancel_->setText(tr("Close"));
    export_->setEnabled(plan_ != nullptr);
    say(message);
}

void ExportDialog::say(const QString& text) {
    status_->setText(text);
}

void ExportDialog::done(int result) {
    if (task_) {
        stop_.request_stop();
        task_->cancel();
    }
    emit choice_kept(choice());
    QDialog::done(result);
}

}  // namespace slay
