#include "widgets/explorer/qkv_choice.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "engine/core/data_folder.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"
#include "widgets/editor/form_row.h"
#include "widgets/look/theme.h"

namespace slay {

QkvChoice::QkvChoice(QWidget* parent) : QWidget(parent) {
    file_ = new QComboBox;
    file_->setAccessibleName(tr("Trained model"));
    head_of_ = new QComboBox;
    head_of_->setAccessibleName(tr("Layer and head"));
    for (QComboBox* box : {file_, head_of_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
    }
    message_ = new QLabel;
    message_->setObjectName("muted");
    message_->setTextFormat(Qt::PlainText);
    message_->setWordWrap(true);
    auto* other = new QPushButton(tr("Another run\u2026"));
    other->setToolTip(tr("A .qkv file in the folder attention/ of a training run"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(unit);
    column->addWidget(file_);
    column->addWidget(head_of_);
    column->addWidget(message_);
    column->addWidget(other);
    connect(file_, &QComboBox::activated, this, [this] {
        read_file();
        emit changed();
    });
    connect(head_of_, &QComboBox::activated, this, [this] {
        take_head();
        emit changed();
    });
    connect(other, &QPushButton::clicked, this, [this] {
        const QString chosen =
            QFileDialog::getOpenFileName(this, tr("q, k, v of a trained model"),
                                         QFileInfo(path()).path(), tr("q, k, v (*.qkv)"));
        if (!chosen.isEmpty()) open(chosen);
    });
    set_run_folder({});
}

QString QkvChoice::message() const {
    return message_->text();
}

QString QkvChoice::path() const {
    return file_->currentData().toString();
}

int QkvChoice::layer() const {
    return head_ ? head_->layer + 1 : 0;
}

int QkvChoice::head_number() const {
    return head_ ? head_->head + 1 : 0;
}

void QkvChoice::complain(const Error& error) {
    sample_.reset();
    head_.reset();
    head_of_->clear();
    for (QComboBox* box : {file_, head_of_}) box->setVisible(box->count() > 0);
    message_->setText(QString::fromStdString(error.message));
    message_->setVisible(true);
}

// The run shown, or else the models that came with the program.
void QkvChoice::set_run_folder(const QString& folder) {
    why_shipped_.clear();
    const auto own = explore::find_qkv(folder.toStdString());
    if (own && !folder.isEmpty()) {
        list(*own);
        emit changed();
        return;
    }
    const Error none = folder.isEmpty()
                           ? Error{ErrorKind::no_input,
                                   "No run is open. A run of the preset \"training\" keeps q, k, v "
                                   "of its models; run it, or open one, and they are here."}
                           : own.error();
    const auto place = data_folder();
    const auto shipped = explore::find_qkv(place ? *place + "/presets/trained" : std::string());
    if (!place || !shipped) {
        file_->clear();
        complain(none);
        emit changed();
        return;
    }
    why_shipped_ =
        tr("A model that came with the program: ") + QString::fromStdString(none.message);
    list(*shipped);
    emit changed();
}

void QkvChoice::list(const std::vector<std::string>& files) {
    const QString before = path();
    file_->clear();
    constexpr std::size_t most_read = 64;  // to be named by their variant
    for (std::size_t i = 0; i < files.size(); ++i) {
        const QString file = QString::fromStdString(files[i]);
        QString name = QFileInfo(file).completeBaseName();
        if (i < most_read)
            if (const auto sample = explore::read_qkv(files[i])) {
                const VariantInfo* info = find_variant(sample->variant);
                name = QString::fromStdString(info ? info->label : sample->variant) +
                       tr(", seed %1").arg(sample->seed);
            }
        file_->addItem(QString::fromStdString(clean_text(name.toStdString(), 120)), file);
        file_->setItemData(file_->count() - 1, wrapped_tip(file), Qt::ToolTipRole);
    }
    file_->setCurrentIndex(std::max(0, file_->findData(before)));
    read_file();
}

void QkvChoice::open(const QString& chosen) {
    if (QFileInfo(chosen).isDir()) {
        set_run_folder(chosen);
        return;
    }
    why_shipped_.clear();
    list({chosen.toStdString()});
    emit changed();
}

void QkvChoice::read_file() {
    auto sample = explore::read_qkv(path().toStdString());
    if (!sample) {
        complain(sample.error());
        return;
    }
    const int before = head_of_->currentIndex();
    sample_ = std::move(sample).value();
    head_of_->clear();
    for (const explore::QkvHead& each : sample_->heads)
        head_of_->addItem(tr("layer %1, head %2").arg(each.layer + 1).arg(each.head + 1));
    head_of_->setCurrentIndex(before >= 0 && before < head_of_->count() ? before : 0);
    file_->setVisible(true);
    head_of_->setVisible(true);
    take_head();
}

void QkvChoice::take_head() {
    const auto at = static_cast<std::size_t>(std::max(0, head_of_->currentIndex()));
    if (!sample_ || at >= sample_->heads.size()) return;
    head_ = std::make_shared<const explore::QkvHead>(sample_->heads[at]);
    message_->setText(QString::fromStdString(head_->origin) +
                      tr(". L = %1 kept, d = %2. ").arg(head_->length).arg(head_->dimension) +
                      why_shipped_);
    message_->setVisible(true);
}

}  // namespace slay
