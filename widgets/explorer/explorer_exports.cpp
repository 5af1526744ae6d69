// What leaves the explorer: its views as files, and the command that makes them.
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <nlohmann/json.hpp>

#include "engine/core/journal.h"
#include "engine/core/units.h"
#include "exports/explore/explore_json.h"
#include "exports/explore/export_views.h"
#include "widgets/explorer/explorer_controls.h"
#include "widgets/explorer/explorer_panel.h"
#include "widgets/explorer/figure_card.h"

namespace slay {

void ExplorerPanel::copy_command() {
    const QString command = controls_->command();
    QApplication::clipboard()->setText(command);
    emit said(Severity::info, tr("Copied: %1").arg(command));
}

void ExplorerPanel::ask_export(const FigureCard& card, const QString& ending) {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Export %1").arg(QString::fromStdString(card.figure().title)),
        QDir::homePath() + '/' + QString::fromStdString(card.figure().id) + '.' + ending,
        QString("*.%1").arg(ending));
    if (path.isEmpty()) return;
    export_view(QString::fromStdString(card.figure().id),
                path.endsWith('.' + ending, Qt::CaseInsensitive) ? path : path + '.' + ending);
}

void ExplorerPanel::export_view(const QString& figure, const QString& path) {
    const FigureCard* which = card(figure);
    if (!which) return;
    const Status written = which->export_to(path, paper_);
    if (written)
        emit said(Severity::info, tr("Written: %1").arg(path));
    else
        emit said(Severity::error, QString::fromStdString(written.error().message));
}

void ExplorerPanel::export_all(const QString& folder) {
    const auto frame = explore::explore(controls_->request());
    if (!frame) {
        emit said(Severity::error, QString::fromStdString(frame.error().message));
        return;
    }
    std::vector<FigureData> figures;
    for (const ExploreFigure& row : explore_figures())
        figures.push_back(row.build(*frame, controls_->view()));
    PaperChoice choice = paper_;
    choice.formats = view_formats();
    const auto views = export_views(figures, choice, folder.toStdString());
    const Status json = views ? write_file_atomically(folder.toStdString() + "/explore.json",
                                                      explore_json(*frame).dump(1) + '\n')
                              : Status(views.error());
    if (!json) {
        emit said(Severity::error, QString::fromStdString(json.error().message));
        return;
    }
    emit said(Severity::info,
              tr("%1 files written to %2").arg(views->files.size() + 1).arg(folder));
    if (views->check.failed())
        emit said(Severity::warning, QString::fromStdString(check_text(views->check)));
}

}  // namespace slay
