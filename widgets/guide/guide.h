// A guide of a few steps through the window: a card beside the part it speaks of, which is framed.
// The window stays usable under it.
#pragma once

#include <QFrame>
#include <QPointer>
#include <QString>
#include <QWidget>
#include <vector>

class QLabel;
class QPushButton;

namespace slay {

struct GuideStep {
    QString title, text;
    QPointer<QWidget> target;  // what is framed; the card stands in the middle without one
};

// Right, Left and Escape go through it as the buttons do.
class Guide : public QFrame {
    Q_OBJECT

  public:
    Guide(QWidget& window, std::vector<GuideStep> steps);
    ~Guide() override;

    int step() const { return at_; }
    int steps() const { return static_cast<int>(steps_.size()); }
    void show_step(int index);

  signals:
    void step_shown(int index);
    void ended();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void place();  // the card and the frame, where the target is now
    void end();

    QWidget& window_;
    std::vector<GuideStep> steps_;
    int at_ = 0;
    QPointer<QFrame> frame_;
    QLabel* count_;
    QLabel* title_;
    QLabel* text_;
    QPushButton* back_;
    QPushButton* next_;
};

}  // namespace slay
