#include "widgets/window/recent_files.h"

#include <QDir>
#include <QFileInfo>
#include <QMenu>

#include "engine/core/units.h"

namespace slay {
namespace {

// "&" in a file's name is no mark of a shortcut.
QString menu_text(const QString& path) {
    const QFileInfo info(path);
    QString text = QString::fromStdString(clean_text(info.fileName().toStdString(), 60));
    const QString folder = QString::fromStdString(
        clean_text(QDir::toNativeSeparators(info.absolutePath()).toStdString(), 200));
    text += QStringLiteral("   \u2014   ") +
            (folder.size() > 48 ? "\u2026" + folder.right(47) : folder);
    return text.replace('&', "&&");
}

}  // namespace

RecentFiles::RecentFiles(QMenu* menu, QObject* parent) : QObject(parent), menu_(menu) {
    menu_->setToolTipsVisible(true);
    connect(menu_, &QMenu::aboutToShow, this, &RecentFiles::fill);
    fill();
}

void RecentFiles::add(const QString& path) {
    if (path.isEmpty()) return;
    const QString whole = QFileInfo(path).absoluteFilePath();
    paths_.removeAll(whole);
    paths_.prepend(whole);
    while (paths_.size() > most) paths_.removeLast();
    fill();
}

void RecentFiles::restore(const QJsonArray& state) {
    paths_.clear();
    for (const auto& each : state) {
        const QString path = each.toString();
        if (QDir::isAbsolutePath(path) && path.size() < 4096 && !paths_.contains(path) &&
            paths_.size() < most)
            paths_ << path;
    }
    fill();
}

void RecentFiles::fill() {
    menu_->clear();
    for (const QString& path : paths_) {
        QAction* action = menu_->addAction(menu_text(path));
        action->setData(path);
        action->setToolTip("<p>" + path.toHtmlEscaped() + "</p>");
        action->setEnabled(QFileInfo::exists(path));
        connect(action, &QAction::triggered, this, [this, path] { emit chosen(path); });
    }
    if (paths_.isEmpty()) menu_->addAction(tr("Nothing was opened yet"))->setEnabled(false);
    menu_->addSeparator();
    QAction* forget = menu_->addAction(tr("Forget these"));
    forget->setEnabled(!paths_.isEmpty());
    connect(forget, &QAction::triggered, this, [this] {
        paths_.clear();
        fill();
    });
}

}  // namespace slay
