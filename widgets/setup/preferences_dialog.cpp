#include "widgets/setup/preferences_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "engine/core/data_folder.h"
#include "engine/core/units.h"
#include "engine/run/libtorch_place.h"
#include "widgets/editor/form_row.h"

namespace slay {
namespace {

constexpr int most_threads = 4096;
constexpr int most_milliseconds = 60'000;
constexpr int label_width = 120;

QString plain(const std::string& text) {
    return QString::fromStdString(clean_text(text));
}

// The nearest folder above a path that is there: a new one has to be made in it.
bool can_be_made(const QString& path) {
    QFileInfo at(path);
    while (!at.exists() && at.path() != at.filePath()) at = QFileInfo(at.path());
    return at.isDir() && at.isWritable();
}

bool holds_libtorch(const QString& folder) {
    for (const char* below : {"/lib", "/torch/lib", "/libtorch/lib"})
        if (QFileInfo::exists(folder + below + "/libtorch.so")) return true;
    return false;
}

QSpinBox* new_number(const QString& name, int value, int most, const QString& suffix,
                     const QString& at_zero) {
    auto* box = new QSpinBox;
    box->setRange(0, most);
    box->setSuffix(suffix);
    box->setSpecialValueText(at_zero);
    box->setValue(value);
    box->setAccessibleName(name);
    return box;
}

}  // namespace

PreferencesDialog::PreferencesDialog(const Preferences& preferences, ThemeChoice theme,
                                     const std::vector<DeviceInfo>& devices, QWidget* parent)
    : QDialog(parent), before_(preferences) {
    setWindowTitle(tr("Preferences"));
    setMinimumWidth(with_font(560));
    auto* form = new_form();
    const auto add = [&](const QString& text, const QString& help, QWidget* field) {
        QLabel* label = new_row_label(text, help, field);
        label->setFixedWidth(with_font(label_width));
        field->setToolTip(wrapped_tip(help));
        form->addRow(label, field);
    };

    theme_ = new QComboBox;
    theme_->setAccessibleName(tr("Theme"));
    theme_->addItem(tr("As the desktop"), to_text(ThemeChoice::system));
    theme_->addItem(tr("Light"), to_text(ThemeChoice::light));
    theme_->addItem(tr("Dark"), to_text(ThemeChoice::dark));
    theme_->setCurrentIndex(theme_->findData(to_text(theme)));
    add(tr("Theme"), tr("Of the window; exported figures are always light."), theme_);

    device_ = new QComboBox;
    device_->setAccessibleName(tr("Default device"));
    device_->addItem(tr("the first GPU, else the CPU"), QString());
    for (const DeviceInfo& info : devices)
        device_->addItem(plain(info.id) + "  \u2022  " + plain(info.name), plain(info.id));
    const QString preferred = plain(preferences.device);
    if (device_->findData(preferred) < 0)
        device_->addItem(tr("%1 (not on this machine now)").arg(preferred), preferred);
    device_->setCurrentIndex(device_->findData(preferred));
    add(tr("Default device"), tr("Where a run goes whose preset says \u201cauto\u201d."), device_);

    const auto usual_runs = [&] {
        const QString home = QDir::homePath() + "/.local/share";
        const QString given = qEnvironmentVariable("XDG_DATA_HOME");
        return (QDir::isAbsolutePath(given) ? given : home) + "/slay-workbench/runs";
    }();
    output_ = add_path(*form, tr("Output folder"), tr("New runs go into a folder below it."),
                       preferences.output_folder, usual_runs, true);
    threads_ =
        new_number(tr("CPU threads"), preferences.threads, most_threads, {}, tr("every core"));
    add(tr("CPU threads"), tr("Of a measurement on the CPU whose preset names no number."),
        threads_);
    nvml_ = new_number(tr("NVML polling"), preferences.nvml_milliseconds, most_milliseconds,
                       tr(" ms"), tr("off"));
    add(tr("NVML polling"),
        tr("Least time between two readings of GPU clocks and power while a point is measured. "
           "Off: "
           "a record tells of no clocks, and throttling is not seen."),
        nvml_);
    latex_ = add_path(*form, tr("LaTeX"), tr("The pdflatex that renders tables and reports."),
                      preferences.latex, tr("pdflatex in PATH"), false);
    libtorch_ =
        add_path(*form, tr("LibTorch"),
                 tr("A LibTorch of 2.6 or later in place of the fetched one; holds "
                    "lib/libtorch.so. Taken at the next start once one is loaded."),
                 preferences.libtorch, QString::fromStdString(fetched_libtorch_folder()), true);

    error_ = new_error_label();
    error_->setAccessibleName(tr("What is wrong"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    ok_ = buttons->button(QDialogButtonBox::Ok);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(4 * unit, 4 * unit, 4 * unit, 4 * unit);
    layout->setSpacing(3 * unit);
    layout->addLayout(form);
    layout->addWidget(error_);
    layout->addStretch(1);
    layout->addWidget(buttons);
    for (QLineEdit* each : {output_, latex_, libtorch_})
        connect(each, &QLineEdit::textChanged, this, &PreferencesDialog::check);
    check();
}

QLineEdit* PreferencesDialog::add_path(QFormLayout& form, const QString& label, const QString& help,
                                       const std::string& value, const QString& usual,
                                       bool folder) {
    auto* field = new QLineEdit(plain(value));
    field->setAccessibleName(label);
    field->setPlaceholderText(usual);
    field->setClearButtonEnabled(true);
    field->setToolTip(wrapped_tip(help));
    auto* browse = new QPushButton(tr("Browse\u2026"));
    browse->setAccessibleName(tr("Browse for: %1").arg(label));
    browse->setAutoDefault(false);
    connect(browse, &QPushButton::clicked, this, [this, field, label, folder] {
        const QString start = field->text().isEmpty() ? QDir::homePath() : field->text();
        const QString chosen = folder ? QFileDialog::getExistingDirectory(this, label, start)
                                      : QFileDialog::getOpenFileName(this, label, start);
        if (!chosen.isEmpty()) field->setText(chosen);
    });
    auto* row = new QHBoxLayout;
    row->setSpacing(2 * unit);
    row->addWidget(field, 1);
    row->addWidget(browse);
    QLabel* name = new_row_label(label, help, field);
    name->setFixedWidth(with_font(label_width));
    form.addRow(name, row);
    return field;
}

Preferences PreferencesDialog::preferences() const {
    Preferences out = before_;
    out.device = device_->currentData().toString().toStdString();
    out.output_folder = output_->text().trimmed().toStdString();
    out.threads = threads_->value();
    out.nvml_milliseconds = nvml_->value();
    out.latex = latex_->text().trimmed().toStdString();
    out.libtorch = libtorch_->text().trimmed().toStdString();
    return out;
}

ThemeChoice PreferencesDialog::theme() const {
    return theme_from_text(theme_->currentData().toString());
}

QString PreferencesDialog::problem() const {
    const QString output = output_->text().trimmed();
    if (!output.isEmpty() && !QDir::isAbsolutePath(output))
        return tr("Output folder: a whole path is needed, such as %1/runs").arg(QDir::homePath());
    if (!output.isEmpty() && !can_be_made(output))
        return tr("Output folder: %1 cannot be written; choose a folder of yours").arg(output);
    const QString latex = latex_->text().trimmed();
    if (!latex.isEmpty() && !(QFileInfo(latex).isFile() && QFileInfo(latex).isExecutable()))
        return tr("LaTeX: %1 is no program; leave the field empty for the one in PATH").arg(latex);
    const QString libtorch = libtorch_->text().trimmed();
    if (!libtorch.isEmpty() && !holds_libtorch(libtorch))
        return tr("LibTorch: there is no lib/libtorch.so in %1").arg(libtorch);
    return {};
}

void PreferencesDialog::check() {
    const QString text = problem();
    error_->setText(text);
    error_->setVisible(!text.isEmpty());
    ok_->setEnabled(text.isEmpty());
}

}  // namespace slay
