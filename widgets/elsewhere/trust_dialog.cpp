#include "widgets/elsewhere/trust_dialog.h"

#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>

#include "engine/core/units.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"

namespace slay {

bool ask_trust(const std::vector<OwnFile>& files, QWidget* parent) {
    QMessageBox box(parent);
    box.setObjectName("trust-dialog");
    box.setIconPixmap(
        themed_icon("warning", tones().warning).pixmap(QSize(32, 32), box.devicePixelRatioF()));
    box.setTextFormat(Qt::PlainText);
    box.setWindowTitle(QObject::tr("Run somebody\u2019s code?"));
    QStringList names, details;
    for (const OwnFile& file : files) {
        const QString path = QString::fromStdString(clean_text(file.path));
        names << QFileInfo(path).fileName();
        details << path + "\nSHA-256 " + QString::fromStdString(file.sha256);
    }
    box.setText(QObject::tr("%1: this is somebody\u2019s code.").arg(names.join(", ")));
    box.setInformativeText(
        QObject::tr(
            "It would run with your rights. It runs in a worker process, never in this "
            "window: if it crashes, it costs its own point. Allow it only if you know where "
            "it comes from. You are asked again when the file changes.\n\n%1")
            .arg(details.join("\n\n")));
    QPushButton* allow = box.addButton(QObject::tr("Allow and run"), QMessageBox::AcceptRole);
    box.setDefaultButton(box.addButton(QMessageBox::Cancel));
    box.exec();
    return box.clickedButton() == allow;
}

}  // namespace slay
