// What the export dialog shows of one figure or table: the page as it will be printed, and what a
// venue's check says of it.
#pragma once

#include <QImage>
#include <QObject>
#include <QString>
#include <memory>
#include <stop_token>
#include <string>

#include "exports/paper/paper_check.h"
#include "exports/paper/paper_plan.h"

namespace slay {

struct PaperPreview {
    QString stem;
    std::string pdf;  // its bytes; empty: none could be made
    QImage image;     // on white; a table without the rest of its page
    double dots_per_inch = 0;
    QString text;     // instead of an image: the table as Markdown
    QString problem;  // why there is no image
    QString note;     // what is not as it was asked for
    FileCheck check;
};

// Makes previews off the window's thread (only a figure's PDF is drawn on it, some 10 ms). A newer
// wish ends the one before it, LaTeX included.
class PreviewMaker : public QObject {
    Q_OBJECT

  public:
    explicit PreviewMaker(QObject* parent = nullptr);
    ~PreviewMaker() override;

    // Of a stem of the plan's; nothing for one that it does not have.
    void make(std::shared_ptr<const PaperPlan> plan, const QString& stem, double dots_per_inch);
    // The same page at another size, without making it anew.
    void draw_again(const PaperPreview& from, double dots_per_inch);
    bool busy() const { return busy_; }

  signals:
    void started();
    void made(const slay::PaperPreview& preview);

  private:
    template <typename Work>
    void in_turn(Work work);

    std::stop_source stop_;
    std::uint64_t serial_ = 0;
    bool busy_ = false;
};

}  // namespace slay
