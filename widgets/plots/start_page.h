// What the centre shows before there is anything to plot: what this is, and the ways to begin.
#pragma once

#include <QScrollArea>

class QPushButton;

namespace slay {

class StartPage : public QScrollArea {
    Q_OBJECT

  public:
    explicit StartPage(QWidget* parent = nullptr);
    void set_reference_available(bool available);

  signals:
    void guide();
    void run_quick();
    void open_reference();
    void choose();  // which variant for a case: asked of the reference run
    void open_file();
    void explore();

  protected:
    void keyPressEvent(QKeyEvent* event) override;

  private:
    QPushButton *reference_, *choose_;
};

}  // namespace slay
