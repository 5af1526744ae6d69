// Plain text that wraps and is as high as it needs to be: the title and description of a preset.
#pragma once

#include <QPlainTextEdit>

namespace slay {

class WrappedEdit : public QPlainTextEdit {
    Q_OBJECT

  public:
    explicit WrappedEdit(const QString& name, QWidget* parent = nullptr);

    void set_text(const QString& text);  // emits nothing; keeps the cursor of who types

  signals:
    void edited(const QString& text);  // by the user

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

  private:
    void fit_height();

    bool setting_ = false;
};

}  // namespace slay
