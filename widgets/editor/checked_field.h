// A line that is checked as it is typed, with the reason under it while it does not hold.
#pragma once

#include <QString>
#include <QWidget>
#include <functional>

class QLabel;
class QLineEdit;

namespace slay {

class CheckedField : public QWidget {
    Q_OBJECT

  public:
    // Takes the text: stores what it says and returns an empty string, or returns why it cannot.
    using Commit = std::function<QString(const QString& text)>;

    CheckedField(const QString& name, Commit commit, QWidget* parent = nullptr);

    // What the document holds. What the user is typing here is not overwritten by its own effect.
    void set_text(const QString& text);
    void set_placeholder(const QString& text);
    void set_error(const QString& message);  // empty: it holds
    QString text() const;
    QString error() const;
    bool valid() const { return error().isEmpty(); }
    QLineEdit* line() const { return line_; }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void typed(const QString& text);

    Commit commit_;
    QLineEdit* line_;
    QLabel* message_;
    QString settled_;  // the document's text
    bool committing_ = false;
};

}  // namespace slay
