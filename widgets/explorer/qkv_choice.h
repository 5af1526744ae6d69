// Which trained model, layer and head the sequence is taken from; or why there is none.
#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "engine/explore/qkv_file.h"

class QComboBox;
class QLabel;

namespace slay {

class QkvChoice : public QWidget {
    Q_OBJECT

  public:
    explicit QkvChoice(QWidget* parent = nullptr);

    void set_run_folder(const QString& folder);  // empty: no run is shown
    void open(const QString& path);              // a .qkv file, or a run's folder
    // Null where there is none; message() then says why.
    std::shared_ptr<const explore::QkvHead> head() const { return head_; }
    bool causal() const { return !sample_ || sample_->causal; }
    QString message() const;
    QString path() const;
    int layer() const, head_number() const;  // from 1

  signals:
    void changed();

  private:
    void list(const std::vector<std::string>& files);
    void read_file();
    void take_head();
    void complain(const Error& error);

    QComboBox *file_, *head_of_;
    QLabel* message_;
    QString why_shipped_;  // why it is not the run's own model
    std::optional<explore::QkvSample> sample_;
    std::shared_ptr<const explore::QkvHead> head_;
};

}  // namespace slay
