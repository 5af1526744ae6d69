// What the centre shows before there is anything to plot: what this is, and three ways to begin.
#pragma once

#include <QWidget>

class QPushButton;

namespace slay {

class StartPage : public QWidget {
    Q_OBJECT

  public:
    explicit StartPage(QWidget* parent = nullptr);
    void set_reference_available(bool available);

  signals:
    void guide();
    void run_quick();
    void open_reference();
    void open_file();
    void explore();

  private:
    QPushButton* reference_;
};

}  // namespace slay
