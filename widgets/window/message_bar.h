// The one place where the window says what happened, why, and what to do. The log keeps it all.
#pragma once

#include <QFrame>
#include <QTimer>
#include <functional>

#include "engine/core/event.h"

class QLabel;
class QToolButton;

namespace slay {

class MessageBar : public QFrame {
    Q_OBJECT

  public:
    explicit MessageBar(QWidget* parent = nullptr);

    // Replaces what is shown. An information goes away by itself; of several errors the latest is
    // shown, with how many stood there before it. `action` adds a button.
    void say(Severity severity, const QString& text, const QString& action_text = {},
             std::function<void()> action = {});
    QString text() const;  // of the latest message, without that number

  private:
    QLabel* icon_;
    QLabel* text_;
    QToolButton* action_;
    QTimer timer_;
    QLabel* more_;
    QString latest_;
    Severity shown_ = Severity::info;
    int before_ = 0;  // errors and warnings that were there and not dismissed
    std::function<void()> act_;
};

}  // namespace slay
