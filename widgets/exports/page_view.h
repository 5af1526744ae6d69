// A printed page on a desk: an image at its size, or text where there is none.
#pragma once

#include <QImage>
#include <QScrollArea>

class QLabel;
class QPlainTextEdit;
class QStackedWidget;

namespace slay {

class PageView : public QWidget {
    Q_OBJECT

  public:
    explicit PageView(QWidget* parent = nullptr);

    // The image has as many dots as the screen is to show.
    void show_page(const QImage& image, const QString& accessible_text);
    void show_text(const QString& text, const QString& problem);
    void show_message(const QString& text);

    // Dots per inch of the image at which so many inches fit into the width and the height there
    // are; a height of 0 fits any.
    double fitting_dots(double width_inches, double height_inches) const;
    double screen_dots() const;  // at which the page is as large as on paper
    bool shows_page() const;

  signals:
    void resized();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    QStackedWidget* stack_;
    QScrollArea* scroll_;
    QLabel *page_, *message_, *problem_;
    QPlainTextEdit* text_;
};

}  // namespace slay
