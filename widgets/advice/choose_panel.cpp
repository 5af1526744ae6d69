#include "widgets/advice/choose_panel.h"

#include <QApplication>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStackedLayout>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "engine/core/units.h"
#include "widgets/editor/form_row.h"
#include "widgets/look/definition.h"
#include "widgets/look/flow_layout.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"
#include "widgets/look/variant_swatch.h"

namespace slay {
namespace {

constexpr int refresh_ms = 500;
constexpr int point_role = Qt::UserRole;

QString plain(const std::string& text) {
    return QString::fromStdString(clean_text(text, 600));
}

// A field with its name before it, as one item of a row that breaks.
QWidget* named(const QString& name, QWidget* field, const QString& tip) {
    auto* both = new QWidget;
    auto* row = new QHBoxLayout(both);
    row->setContentsMargins(0, 0, 3 * unit, 0);
    row->setSpacing(2 * unit);
    auto* label = new QLabel(name);
    label->setBuddy(field);
    row->addWidget(label);
    row->addWidget(field);
    field->setToolTip(wrapped_tip(tip));
    label->setToolTip(wrapped_tip(tip));
    field->setAccessibleName(name);
    return both;
}

QTreeWidget* new_table(const QStringList& heads, const QString& name) {
    auto* table = new QTreeWidget;
    table->setHeaderLabels(heads);
    table->setAccessibleName(name);
    table->setIconSize({26, 14});
    table->setRootIsDecorated(false);
    table->setUniformRowHeights(true);
    table->setAlternatingRowColors(true);
    table->setFont(tabular_font(table->font()));
    table->header()->setStretchLastSection(true);
    table->header()->setHighlightSections(false);
    table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    return table;
}

void align_numbers(QTreeWidget& table, std::initializer_list<int> columns) {
    for (const int column : columns) {
        table.headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        for (int row = 0; row < table.topLevelItemCount(); ++row)
            table.topLevelItem(row)->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    }
}

// As high as its rows: the page scrolls, not the table in it.
void fit_height(QTreeWidget& table) {
    for (int column = 0; column < table.columnCount(); ++column)
        table.resizeColumnToContents(column);
    int height = table.header()->sizeHint().height() + 2 * unit;
    for (int row = 0; row < table.topLevelItemCount(); ++row)
        height += std::max(table.sizeHintForRow(row), 5 * unit);
    table.setFixedHeight(height + 3 * unit);  // a scroll bar below has room
}

QLabel* new_text(const char* name) {
    auto* label = new QLabel;
    label->setObjectName(name);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

QDoubleSpinBox* new_limit(double most, int decimals, double step) {
    auto* box = new QDoubleSpinBox;
    box->setRange(0, most);
    box->setDecimals(decimals);
    box->setSingleStep(step);
    box->setSpecialValueText(ChoosePanel::tr("any"));
    box->setKeyboardTracking(false);
    return box;
}

QString interval_tip(const std::optional<CaseFigure>& figure, const char* unit_name, int digits) {
    if (!figure) return {};
    if (figure->between)
        return ChoosePanel::tr("read between two measured lengths, on logarithmic scales");
    QString text = ChoosePanel::tr("measured at L = %1").arg(plain(format_count(figure->length)));
    if (figure->value.low && figure->value.high)
        text += ChoosePanel::tr(", 95 %: %1 to %2 %3")
                    .arg(plain(format_number(*figure->value.low, digits)),
                         plain(format_number(*figure->value.high, digits)), unit_name);
    return text;
}

}  // namespace

ChoosePanel::ChoosePanel(RunDocument& run, QWidget* parent) : QWidget(parent), run_(run) {
    setObjectName("plot-page");
    setAttribute(Qt::WA_StyledBackground);
    first_ = new_text("answer");
    rest_ = new_text("answer-more");
    notes_ = new_text("muted");
    device_ = new_text("muted");
    budget_head_ = new_text("section");
    variants_ = new_table(
        {tr("Variant"), tr("Time (ms)"), tr("\u00d7 fused"), tr("Verdict"), tr("Memory (MB)"),
         tr("Error"), tr("Perplexity"), tr("Faster than fused softmax")},
        tr("Variants for this case, the fastest first"));
    const QStringList tips{
        tr("Hover over a name for the paper's definition"),
        tr("Median time of one pass"),
        tr("Fused softmax's time over this one's: above 1, this is faster"),
        tr("Judged by the 95 % interval of the paired ratio and the margin of the device"),
        tr("Peak memory of one pass above inputs and weights"),
        tr("Relative L2 of the output against exact Yat, on random inputs, at the measured length "
           "nearest to this one; uniform weights have about 0.9"),
        tr("Of a model trained with it in this run"),
        tr("Where its curve falls below fused softmax's for good")};
    for (int i = 0; i < tips.size(); ++i)
        variants_->headerItem()->setToolTip(i, wrapped_tip(tips[i]));
    budgets_ = new_table({tr("Variant"), tr("Budget"), tr("Error"), tr("Time (ms)"), QString()},
                         tr("Budgets on the Pareto front of error and time"));
    budgets_->setToolTip(
        wrapped_tip(tr("Double-click a budget: the configuration sweeps it then. Undo takes it "
                       "back.")));
    connect(budgets_, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
        emit budget_chosen(item->data(0, point_role).toString());
    });

    auto* body = new QWidget;
    body->setObjectName("panel-body");
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(3 * unit, 2 * unit, 3 * unit, 3 * unit);
    column->setSpacing(2 * unit);
    for (QWidget* each : std::initializer_list<QWidget*>{device_, first_, rest_, variants_, notes_,
                                                         budget_head_, budgets_})
        column->addWidget(each);
    column->addStretch(1);
    auto* area = new QScrollArea;
    area->setObjectName("panel");
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setWidget(body);
    area->setAccessibleName(tr("The answer"));
    auto* there = new QWidget;
    auto* rows = new QVBoxLayout(there);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(new_bar());
    rows->addWidget(area, 1);
    pages_ = new QStackedLayout(this);
    pages_->addWidget(new_empty_page());
    pages_->addWidget(there);

    later_.setSingleShot(true);
    connect(&later_, &QTimer::timeout, this, &ChoosePanel::show_answer);
    connect(&run_, &RunDocument::reset, this, [this] {
        other_run_ = true;
        refresh();
    });
    connect(&run_, &RunDocument::grown, this, &ChoosePanel::refresh);
    connect(&run_, &RunDocument::advanced, this, &ChoosePanel::refresh);
}

QWidget* ChoosePanel::new_bar() {
    auto* bar = new QWidget;
    auto* row = new FlowLayout(unit);
    auto* around = new QVBoxLayout(bar);
    around->setContentsMargins(3 * unit, 2 * unit, 3 * unit, unit);
    around->addLayout(row);
    case_ = new QComboBox;
    case_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    length_ = new QComboBox;
    length_->setEditable(true);
    length_->setInsertPolicy(QComboBox::NoInsert);
    length_->setMinimumWidth(26 * unit);
    error_ = new_limit(100, 2, 0.05);
    memory_ = new_limit(1e6, 0, 10);
    row->addWidget(named(tr("Case"), case_, tr("Which pass, in which data type")));
    row->addWidget(named(tr("Length L"), length_,
                         tr("Tokens: a measured length, or any between two of them")));
    row->addWidget(named(tr("Error at most"), error_,
                         tr("Relative L2 of the output against exact Yat that a linearised form "
                            "may have; uniform weights, which ignore the kernel, have about 0.9")));
    row->addWidget(named(tr("Memory at most (MB)"), memory_,
                         tr("Peak memory of one pass, above inputs and weights")));
    auto* copy = new QToolButton;
    copy->setIcon(themed_icon("copy"));
    copy->setToolTip(tr("Copy the command that answers this: slay-bench choose"));
    copy->setAccessibleName(tr("Copy as command"));
    copy->setFocusPolicy(Qt::StrongFocus);
    connect(copy, &QToolButton::clicked, this, [this] { emit command_asked(command()); });
    row->addWidget(copy);
    connect(case_, &QComboBox::activated, this, &ChoosePanel::show_answer);
    connect(length_, &QComboBox::currentTextChanged, this, [this] { later_.start(100); });
    connect(error_, &QDoubleSpinBox::valueChanged, this, &ChoosePanel::show_answer);
    connect(memory_, &QDoubleSpinBox::valueChanged, this, &ChoosePanel::show_answer);
    return bar;
}

QWidget* ChoosePanel::new_empty_page() {
    auto* page = new QWidget;
    empty_ = new QLabel;
    empty_->setObjectName("plot-empty");
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    auto* open = new QPushButton(tr("Ask the reference run"));
    open->setToolTip(tr("Every experiment at a few telling points, measured on an H100"));
    connect(open, &QPushButton::clicked, this, &ChoosePanel::reference_wanted);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(10 * unit, 0, 10 * unit, 0);
    column->setSpacing(4 * unit);
    column->addStretch(1);
    column->addWidget(empty_);
    column->addWidget(open, 0, Qt::AlignHCenter);
    column->addStretch(1);
    return page;
}

CaseQuestion ChoosePanel::question() const {
    CaseQuestion question;
    question.panel = case_->currentData().toString().toStdString();
    bool number = false;
    const double length = length_->currentText().remove(',').trimmed().toDouble(&number);
    if (number && length > 0 && length < 1e9) question.length = length;
    if (error_->value() > 0) question.most_error = error_->value();
    if (memory_->value() > 0) question.most_mb = memory_->value();
    return question;
}

QStringList ChoosePanel::command() const {
    const CaseQuestion asked = question();
    QStringList words{"slay-bench", "choose",
                      run_.folder().isEmpty() ? QString("RUN") : run_.folder()};
    if (answer_.length > 0) words << "--length" << QString::number(answer_.length, 'f', 0);
    if (!answer_.panel.id.empty()) words << "--case" << QString::fromStdString(answer_.panel.id);
    if (asked.most_error) words << "--error" << QString::number(*asked.most_error);
    if (asked.most_mb) words << "--memory" << QString::number(*asked.most_mb);
    return words;
}

QString ChoosePanel::words() const {
    return pages_->currentIndex() == 0 ? empty_->text() : first_->text() + '\n' + rest_->text();
}

void ChoosePanel::refresh() {
    stale_ = true;
    if (!isVisible()) return;
    if (!run_.live())
        show_answer();
    else if (!later_.isActive())
        later_.start(refresh_ms);
}

void ChoosePanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (stale_) show_answer();
}

void ChoosePanel::show_answer() {
    stale_ = false;
    answer_ = answer_case(run_.record(), question());
    // The length asked for stays from run to run where that can answer it.
    if (std::exchange(other_run_, false) && !answer_.lengths.empty() &&
        (answer_.length < answer_.lengths.front() || answer_.length > answer_.lengths.back())) {
        CaseQuestion again = question();
        again.length = 0;
        answer_ = answer_case(run_.record(), again);
    }
    const bool any = run_.has_run() && !answer_.cases.empty();
    pages_->setCurrentIndex(any ? 1 : 0);
    empty_->setText(run_.has_run()
                        ? tr("This run measured no latency. Switch on \u201cLatency "
                             "scaling\u201d and run it, or open a run that has it.")
                        : tr("Which variant, which budget, at what length: a run answers it for a "
                             "case that you set here. Run a preset, open a run, or ask the one "
                             "that comes with the program."));
    if (!any) return;
    fill_choices();
    device_->setText(plain(answer_.device +
                           (answer_.panel.conditions.size() == 0
                                ? std::string()
                                : ": " + describe_conditions(answer_.panel.conditions, {"seed"}))));
    first_->setText(plain(answer_.sentences.front()));
    QStringList more, notes;
    for (std::size_t i = 1; i < answer_.sentences.size(); ++i) more << plain(answer_.sentences[i]);
    for (const std::string& each : answer_.notes) notes << plain(each);
    rest_->setText(more.isEmpty() ? QString() : "\u2022 " + more.join("\n\u2022 "));
    rest_->setVisible(!more.isEmpty());
    notes_->setText(notes.join('\n'));
    notes_->setVisible(!notes.isEmpty());
    fill_variants();
    fill_budgets();
}

void ChoosePanel::fill_choices() {
    const QSignalBlocker quiet_case(case_), quiet_length(length_);
    case_->clear();
    for (const Panel& each : answer_.cases)
        case_->addItem(each.label.empty() ? tr("all of it") : plain(each.label),
                       QString::fromStdString(each.id));
    case_->setCurrentIndex(std::max(0, case_->findData(QString::fromStdString(answer_.panel.id))));
    // What is being typed stays as it is.
    const bool typing = length_->hasFocus();
    const QString typed = length_->currentText();
    length_->clear();
    for (const double each : answer_.lengths) length_->addItem(plain(format_count(each)));
    length_->setEditText(typing ? typed : plain(format_count(answer_.length)));
}

void ChoosePanel::fill_variants() {
    variants_->clear();
    for (std::size_t i = 0; i < answer_.rows.size(); ++i) {
        const CaseRow& row = answer_.rows[i];
        auto* item = new QTreeWidgetItem(variants_);
        const auto show = [&](int column, const std::optional<CaseFigure>& figure,
                              const char* unit_name, int digits) {
            item->setText(column, QString::fromStdString(figure_text(figure, digits)));
            item->setToolTip(column, interval_tip(figure, unit_name, digits));
        };
        item->setText(0, plain(row.label));
        item->setIcon(0, swatch_icon(row.variant.style, variant_colour(row.variant.style)));
        item->setToolTip(0, definition_tip(row.variant));
        show(1, row.latency, "ms", 3);
        show(2, row.speedup, "", 3);
        item->setText(3, plain(std::string(to_string(row.speed))));
        if (row.speed == Speed::faster) item->setForeground(3, tones().good);
        if (row.speed == Speed::slower) item->setForeground(3, tones().danger);
        show(4, row.memory, "MB", 3);
        show(5, row.error, "", 3);
        if (row.perplexity) item->setText(6, plain(format_number(row.perplexity->value, 4)));
        // Of one that does not answer the case: why.
        item->setText(7, row.out.empty() ? plain(break_even_text(answer_, row))
                                         : tr("out: %1").arg(plain(row.out)));
        item->setToolTip(7, wrapped_tip(item->text(7)));
        if (i == answer_.linearised || (!answer_.linearised && i == answer_.fastest)) {
            QFont font = variants_->font();
            font.setWeight(QFont::DemiBold);
            for (int column = 0; column < 3; ++column) item->setFont(column, font);
        }
        if (!row.out.empty())
            for (int column = 0; column < 8; ++column) item->setForeground(column, tones().muted);
    }
    align_numbers(*variants_, {1, 2, 4, 5, 6});
    // A column that this run cannot fill is not shown empty.
    const auto any = [this](auto has) {
        return std::any_of(answer_.rows.begin(), answer_.rows.end(), has);
    };
    variants_->setColumnHidden(3, !any([](const CaseRow& r) { return r.speed != Speed::unknown; }));
    variants_->setColumnHidden(4, !any([](const CaseRow& r) { return r.memory.has_value(); }));
    variants_->setColumnHidden(5, !any([](const CaseRow& r) { return r.error.has_value(); }));
    variants_->setColumnHidden(6, !any([](const CaseRow& r) { return r.perplexity.has_value(); }));
    fit_height(*variants_);
}

void ChoosePanel::fill_budgets() {
    budgets_->clear();
    for (const CaseBudget& each : answer_.budgets) {
        auto* item = new QTreeWidgetItem(budgets_);
        item->setText(0, plain(each.label));
        if (const VariantInfo* info = find_variant(each.variant))
            item->setIcon(0, swatch_icon(info->style, variant_colour(info->style)));
        item->setText(1, plain(each.budget));
        item->setText(2, plain(format_number(each.error.value, 3)));
        if (each.error.low && each.error.high)
            item->setToolTip(2, tr("95 %: %1 to %2")
                                    .arg(plain(format_number(*each.error.low, 3)),
                                         plain(format_number(*each.error.high, 3))));
        item->setText(3, plain(format_number(each.latency.value, 3)));
        item->setText(4, each.chosen ? tr("recommended") : QString());
        item->setData(0, point_role, QString::fromStdString(each.point));
        if (!each.chosen) continue;
        QFont font = budgets_->font();
        font.setWeight(QFont::DemiBold);
        for (int column = 0; column < 5; ++column) item->setFont(column, font);
        item->setForeground(4, tones().good);
    }
    align_numbers(*budgets_, {2, 3});
    const bool any = !answer_.budgets.empty();
    budget_head_->setText(
        tr("Budgets on the Pareto front at L = %1 (%2)")
            .arg(plain(format_count(answer_.budget_length)), plain(answer_.budget_conditions)));
    budget_head_->setVisible(any);
    budgets_->setVisible(any);
    fit_height(*budgets_);
}

void ChoosePanel::retheme() {
    stale_ = true;
    refresh();
}

}  // namespace slay
