#include "widgets/exports/paper_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QSpinBox>
#include <QVBoxLayout>

#include "engine/core/units.h"
#include "exports/figures/figure_theme.h"
#include "exports/paper/palette.h"
#include "widgets/editor/chip_row.h"
#include "widgets/editor/form_row.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

QString text_of(const std::string& text) {
    return QString::fromStdString(text);
}

void choose(QComboBox* box, const QString& id) {
    const int at = box->findData(id);
    box->setCurrentIndex(at < 0 ? 0 : at);
}

std::string chosen(const QComboBox* box) {
    return box->currentData().toString().toStdString();
}

std::optional<bool> scale(const QComboBox* box) {
    const std::string id = chosen(box);
    if (id.empty()) return std::nullopt;
    return id == "log";
}

QString scale_id(const std::optional<bool>& log) {
    return !log ? QString() : *log ? QStringLiteral("log") : QStringLiteral("linear");
}

}  // namespace

PaperForm::PaperForm(const RunRecord& record, QWidget* parent) : QWidget(parent) {
    setObjectName("panel-body");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(3 * unit, 2 * unit, 3 * unit, 3 * unit);
    column->setSpacing(2 * unit);
    rows_ = new_form();

    column->addWidget(new_section(tr("Page")));
    auto* page = rows_;
    column->addLayout(page);
    venue_ =
        add_combo("venue", tr("Venue"), tr("Sizes of columns and type as the venue sets them"));
    for (const Venue& venue : venues()) venue_->addItem(text_of(venue.name), text_of(venue.id));
    width_ = add_combo("width", tr("Width"), tr("Figures of one column, or across the text"));
    height_ = new QDoubleSpinBox;
    height_->setButtonSymbols(QAbstractSpinBox::NoButtons);  // the arrow keys step
    height_->setAccessibleName(tr("Height"));
    height_->setRange(0, 12);
    height_->setSingleStep(0.1);
    height_->setDecimals(2);
    height_->setSuffix(tr(" in"));
    height_->setSpecialValueText(tr("after the width"));
    page->addRow(new_row_label(tr("Height"), tr("Height of a figure"), height_), height_);
    face_ = add_combo("face", tr("Type"), tr("Of figures, tables and report"));
    face_->addItem(tr("The venue's"), QString());
    for (const PaperFace& face : paper_faces()) {
        const QString family = installed_family(face);
        face_->addItem(family.isEmpty()
                           ? tr("%1 (install %2)").arg(text_of(face.label), text_of(face.package))
                           : text_of(face.label),
                       text_of(face.id));
    }

    column->addWidget(new_section(tr("Figures")));
    rows_ = new_form();
    column->addLayout(rows_);
    palette_ = add_combo("palette", tr("Colours"), tr("Of the curves; markers and dashes stay"));
    for (const Palette& palette : palettes())
        palette_->addItem(text_of(palette.label), text_of(palette.id));
    const auto scales = [&](const char* name, const QString& label) {
        QComboBox* box = add_combo(name, label, tr("Of every figure, or each one's own"));
        box->addItem(tr("As the figure"), QString());
        box->addItem(tr("Logarithmic"), QStringLiteral("log"));
        box->addItem(tr("Linear"), QStringLiteral("linear"));
        return box;
    };
    x_scale_ = scales("x-scale", tr("x axis"));
    y_scale_ = scales("y-scale", tr("y axis"));
    legend_ = add_combo("legend", tr("Legend"),
                        tr("Where it stands; inside only where it covers nothing"));
    for (const auto& [word, label] : {std::pair{"below", tr("Below")},
                                      {"above", tr("Above")},
                                      {"right", tr("On the right")},
                                      {"inside", tr("Inside the axes")},
                                      {"none", tr("None")}})
        legend_->addItem(label, QString(word));
    title_ = new QCheckBox(tr("Title in the figure"));
    title_->setToolTip(tr("Papers say in the caption what a figure shows"));
    rows_->addRow(QString(), title_);

    column->addWidget(new_section(tr("Variants")));
    variant_chips_ = new ChipRow;
    variant_chips_->setAccessibleName(tr("Variants"));
    for (const VariantInfo& row : record.variants()) {
        const QString name = text_of(row.name);
        variants_ << name;
        variant_chips_->add(name, new Chip(row), text_of(clean_text(row.formula, 200)));
    }
    column->addWidget(variant_chips_);

    column->addWidget(new_section(tr("Files of figures")));
    figure_kinds_ = new ChipRow;
    figure_kinds_->setAccessibleName(tr("Files of figures"));
    table_kinds_ = new ChipRow;
    table_kinds_->setAccessibleName(tr("Files of tables"));
    for (const PaperFileKind& kind : paper_file_kinds())
        (kind.figure ? figure_kinds_ : table_kinds_)
            ->add(text_of(kind.id), new Chip(text_of(kind.label)), text_of("*" + kind.ending));
    column->addWidget(figure_kinds_);
    rows_ = new_form();
    column->addLayout(rows_);
    dpi_ = new QSpinBox;
    dpi_->setButtonSymbols(QAbstractSpinBox::NoButtons);
    dpi_->setAccessibleName(tr("Dots per inch of PNG files"));
    dpi_->setRange(36, 2400);
    dpi_->setSingleStep(50);
    dpi_->setSuffix(tr(" dpi"));
    rows_->addRow(new_row_label(tr("PNG"), tr("Dots per inch of PNG files"), dpi_), dpi_);
    column->addWidget(new_section(tr("Files of tables")));
    column->addWidget(table_kinds_);
    report_ = new QCheckBox(tr("Report and reproduce.sh"));
    report_->setObjectName("report");
    report_->setToolTip(
        tr("report.tex with figures, tables, verdicts and provenance, report.pdf where LaTeX is "
           "installed, and a script that measures it all again"));
    column->addWidget(report_);
    column->addStretch();

    set_choice({});
    const auto tell = [this] {
        refresh_width();
        if (!quiet_) emit changed();
    };
    for (QComboBox* box : {venue_, width_, face_, palette_, x_scale_, y_scale_, legend_})
        connect(box, &QComboBox::currentIndexChanged, this, tell);
    for (QCheckBox* box : {title_, report_}) connect(box, &QCheckBox::toggled, this, tell);
    for (ChipRow* chips : {variant_chips_, figure_kinds_, table_kinds_})
        connect(chips, &ChipRow::toggled, this, tell);
    connect(height_, &QDoubleSpinBox::valueChanged, this, tell);
    connect(dpi_, &QSpinBox::valueChanged, this, tell);
}

QComboBox* PaperForm::add_combo(const char* name, const QString& label, const QString& help) {
    auto* box = new QComboBox;
    box->setObjectName(name);
    box->setAccessibleName(label);
    box->setMinimumContentsLength(12);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    rows_->addRow(new_row_label(label, help, box), box);
    return box;
}

// The widths are the venue's.
void PaperForm::refresh_width() {
    const Venue* venue = find_venue(chosen(venue_));
    if (!venue) return;
    const bool wide = width_->currentData().toString() == "text";
    QSignalBlocker quiet(width_);
    width_->clear();
    const auto inches = [](double value) { return QString::number(value); };
    width_->addItem(venue->two_columns() ? tr("One column, %1 in").arg(inches(venue->column_inches))
                                         : tr("The text, %1 in").arg(inches(venue->text_inches)),
                    QStringLiteral("column"));
    if (venue->two_columns())
        width_->addItem(tr("The text, %1 in").arg(inches(venue->text_inches)),
                        QStringLiteral("text"));
    choose(width_, wide && venue->two_columns() ? "text" : "column");
}

PaperChoice PaperForm::choice() const {
    PaperChoice out;
    out.venue = chosen(venue_);
    out.text_wide = chosen(width_) == "text";
    out.height_inches = height_->value();
    out.face = chosen(face_);
    out.palette = chosen(palette_);
    out.log_x = scale(x_scale_);
    out.log_y = scale(y_scale_);
    out.legend = legend_place(chosen(legend_)).value_or(LegendPlace::below);
    out.title = title_->isChecked();
    out.report = report_->isChecked();
    out.dots_per_inch = dpi_->value();
    const QStringList names = variant_chips_->chosen();
    if (names.size() < variants_.size())
        for (const QString& name : names) out.variants.push_back(name.toStdString());
    out.formats.clear();
    for (const ChipRow* chips : {figure_kinds_, table_kinds_})
        for (const QString& kind : chips->chosen()) out.formats.push_back(kind.toStdString());
    return out;
}

QString PaperForm::problem() const {
    if (variant_chips_->chosen().isEmpty()) return tr("Choose at least one variant.");
    if (figure_kinds_->chosen().isEmpty() && table_kinds_->chosen().isEmpty() &&
        !report_->isChecked())
        return tr("Choose a kind of file, or the report.");
    return {};
}

void PaperForm::set_choice(const PaperChoice& choice) {
    quiet_ = true;
    choose(venue_, text_of(choice.venue));
    refresh_width();
    choose(width_, choice.text_wide ? "text" : "column");
    height_->setValue(choice.height_inches);
    choose(face_, text_of(choice.face));
    choose(palette_, text_of(choice.palette));
    choose(x_scale_, scale_id(choice.log_x));
    choose(y_scale_, scale_id(choice.log_y));
    const std::string_view place = to_string(choice.legend);
    choose(legend_, QString::fromUtf8(place.data(), static_cast<qsizetype>(place.size())));
    title_->setChecked(choice.title);
    report_->setChecked(choice.report);
    dpi_->setValue(choice.dots_per_inch);
    QStringList names;
    for (const std::string& name : choice.variants)
        if (variants_.contains(text_of(name))) names << text_of(name);
    variant_chips_->set_chosen(names.isEmpty() ? variants_ : names);
    QStringList kinds;
    for (const std::string& kind : choice.formats) kinds << text_of(kind);
    figure_kinds_->set_chosen(kinds);
    table_kinds_->set_chosen(kinds);
    quiet_ = false;
}

}  // namespace slay
