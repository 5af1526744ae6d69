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

    // Replaces what is shown. An information goes away by itself; `action` adds a button.
    void say(Severity severity, const QString& text, const QString& action_text = {},
             std::function<void()> action = {});
    QString text() const;

  private:
    QLabel* icon_;
    QLabel* text_;
    QToolButton* action_;
    QTimer timer_;
    std::function<void()> act_;
};

}  // namespace slay
