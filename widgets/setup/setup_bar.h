// The step of a first start: LibTorch is not there yet; fetch it, with progress, a cancel and a
// resumption. Everything that needs no measuring works meanwhile.
#pragma once

#include <QFrame>
#include <QString>
#include <memory>

#include "widgets/setup/libtorch_fetch.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace slay {

class SetupBar : public QFrame {
    Q_OBJECT

  public:
    explicit SetupBar(QWidget* parent = nullptr);

    // Shown while LibTorch is not there. An empty script asks the installed one.
    void check(const QString& script = {});
    bool is_fetching() const { return fetch_ && fetch_->running(); }

    QPushButton& fetch_button() { return *start_; }
    QPushButton& cancel_button() { return *cancel_; }
    QString text() const;

  signals:
    void ready();                             // LibTorch is there now: the engine can be loaded
    void failed(const QString& message);      // for the message bar and the log
    void folder_chosen(const QString& path);  // a LibTorch of the user's

  private:
    void start();
    void show_waiting();   // nothing is being fetched
    void show_progress();  // of the fetch in flight
    void end(bool whole, const QString& problem);
    void ask_folder();

    QString script_;
    std::unique_ptr<LibtorchFetch> fetch_;
    QLabel* title_;
    QLabel* detail_;
    QProgressBar* progress_;
    QPushButton* start_;
    QPushButton* other_;
    QPushButton* cancel_;
};

}  // namespace slay
