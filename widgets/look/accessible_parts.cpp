#include "widgets/look/accessible_parts.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QComboBox>
#include <QEvent>
#include <QLineEdit>
#include <QToolButton>

namespace slay {
namespace {

class InnerParts : public QObject {
  public:
    using QObject::QObject;

    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() != QEvent::Polish) return false;
        if (auto* combo = qobject_cast<QComboBox*>(watched))
            combo->view()->setAccessibleName(tr("Choices: %1").arg(combo->accessibleName()));
        if (auto* edit = qobject_cast<QLineEdit*>(watched))
            for (QToolButton* button : edit->findChildren<QToolButton*>()) name(*button, *edit);
        if (watched->inherits("QLineEditIconButton"))
            if (auto* edit = qobject_cast<QLineEdit*>(watched->parent()))
                name(*static_cast<QToolButton*>(watched), *edit);
        return false;
    }

  private:
    static void name(QToolButton& button, const QLineEdit& edit) {
        if (!button.accessibleName().isEmpty()) return;
        const QAction* action = button.defaultAction();
        const bool clears = action && action->objectName().contains("clear");
        const QString what = clears                                ? tr("Clear")
                             : action && !action->text().isEmpty() ? action->text()
                                                                   : tr("Mark of");
        button.setAccessibleName(what + ": " + edit.accessibleName());
    }
};

}  // namespace

void name_inner_parts() {
    static InnerParts* parts = nullptr;
    if (parts) return;
    parts = new InnerParts(qApp);
    QObject::connect(parts, &QObject::destroyed, [] { parts = nullptr; });
    qApp->installEventFilter(parts);
}

}  // namespace slay
