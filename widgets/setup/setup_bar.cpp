#include "widgets/setup/setup_bar.h"

#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "engine/core/units.h"
#include "engine/run/libtorch_place.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

QString gigabytes(qint64 megabytes) {
    return QString::number(static_cast<double>(megabytes) / 1000, 'f', 2);
}

}  // namespace

SetupBar::SetupBar(QWidget* parent) : QFrame(parent) {
    setObjectName("setup");
    setAccessibleName(tr("LibTorch"));
    title_ = new QLabel(tr("One step before the first measurement: LibTorch"));
    title_->setObjectName("plan-figure");
    detail_ = new QLabel;
    detail_->setObjectName("muted");
    detail_->setTextFormat(Qt::PlainText);
    detail_->setWordWrap(true);
    detail_->setAccessibleName(tr("State of LibTorch"));
    progress_ = new QProgressBar;
    progress_->setTextVisible(false);
    progress_->setAccessibleName(tr("Progress of fetching LibTorch"));
    start_ = new QPushButton(tr("Fetch LibTorch"));
    start_->setObjectName("primary");
    other_ = new QPushButton(tr("Use another\u2026"));
    other_->setToolTip(tr("A LibTorch of 2.6 or later that is on this machine already"));
    cancel_ = new QPushButton(tr("Cancel"));
    cancel_->setToolTip(tr("Stops; what is there already is kept, and the fetch can go on later"));
    connect(start_, &QPushButton::clicked, this, &SetupBar::start);
    connect(other_, &QPushButton::clicked, this, &SetupBar::ask_folder);
    connect(cancel_, &QPushButton::clicked, this, [this] {
        cancel_->setEnabled(false);
        if (fetch_) fetch_->cancel();
    });

    auto* words = new QVBoxLayout;
    words->setSpacing(unit);
    words->addWidget(title_);
    words->addWidget(detail_);
    words->addWidget(progress_);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(4 * unit, 3 * unit, 3 * unit, 3 * unit);
    row->setSpacing(2 * unit);
    row->addLayout(words, 1);
    for (QPushButton* button : {other_, start_, cancel_})
        row->addWidget(button, 0, Qt::AlignVCenter);
    hide();
}

void SetupBar::check(const QString& script) {
    script_ = script;
    if (script_.isEmpty())
        if (const auto found = libtorch_fetcher()) script_ = QString::fromStdString(*found);
    if (find_libtorch()) {
        hide();
        return;
    }
    fetch_ = std::make_unique<LibtorchFetch>(script_);
    connect(fetch_.get(), &LibtorchFetch::progressed, this, &SetupBar::show_progress);
    connect(fetch_.get(), &LibtorchFetch::finished, this, &SetupBar::end);
    show_waiting();
    show();
}

QString SetupBar::text() const {
    return isHidden() ? QString() : detail_->text();
}

void SetupBar::start() {
    cancel_->setEnabled(true);
    for (QWidget* each : {static_cast<QWidget*>(start_), static_cast<QWidget*>(other_)})
        each->hide();
    cancel_->show();
    cancel_->setFocus();
    progress_->setRange(0, 0);
    progress_->show();
    detail_->setText(tr("Looking at what is there already\u2026"));
    fetch_->start();
}

void SetupBar::show_waiting() {
    const FetchProgress& at = fetch_->progress();
    start_->setEnabled(!script_.isEmpty());
    const bool begun = at.total_mb > 0 && at.done_mb > 0;
    start_->setText(begun ? tr("Resume") : tr("Fetch LibTorch"));
    const QString folder =
        QDir::toNativeSeparators(QString::fromStdString(fetched_libtorch_folder()));
    detail_->setText(
        begun ? tr("%1 of %2 GB are fetched; it goes on from there. Meanwhile saved runs can be "
                   "opened, compared and exported.")
                    .arg(gigabytes(at.done_mb), gigabytes(at.total_mb))
              : tr("It does the measuring, and is fetched once: 2.5 GB, which become 4.1 GB in %1. "
                   "Meanwhile saved runs can be opened, compared and exported.")
                    .arg(folder));
    progress_->setVisible(begun);
    if (begun) {
        progress_->setRange(0, static_cast<int>(at.total_mb));
        progress_->setValue(static_cast<int>(at.done_mb));
    }
    start_->show();
    other_->show();
    cancel_->hide();
}

void SetupBar::show_progress() {
    const FetchProgress& at = fetch_->progress();
    progress_->setRange(0, static_cast<int>(at.total_mb));
    progress_->setValue(static_cast<int>(at.done_mb));
    QString text = tr("%1 of %2 GB  \u2022  file %3 of %4, %5%6")
                       .arg(gigabytes(at.done_mb), gigabytes(at.total_mb))
                       .arg(at.file)
                       .arg(at.files)
                       .arg(at.name, at.phase == "unpacking" ? tr(" (unpacking)") : QString());
    if (const double speed = fetch_->mb_per_second(); speed > 0.05) {
        const double left = static_cast<double>(at.total_mb - at.done_mb) / speed;
        text += tr("  \u2022  %1 MB/s, about %2 left")
                    .arg(speed, 0, 'f', speed < 10 ? 1 : 0)
                    .arg(QString::fromStdString(format_duration(left)));
    }
    detail_->setText(text);
}

void SetupBar::end(bool whole, const QString& problem) {
    if (whole && find_libtorch()) {
        hide();
        emit ready();
        return;
    }
    show_waiting();
    start_->setFocus();
    const QString said = whole ? tr("it was fetched, and is not whole") : problem;
    if (!said.isEmpty()) emit failed(tr("LibTorch could not be fetched: %1").arg(said));
}

void SetupBar::ask_folder() {
    const QString folder = QFileDialog::getExistingDirectory(
        this, tr("The folder of a LibTorch (it holds lib/libtorch.so)"), QDir::homePath());
    if (!folder.isEmpty()) emit folder_chosen(folder);
}

}  // namespace slay
