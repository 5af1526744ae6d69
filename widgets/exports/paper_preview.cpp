#include "widgets/exports/paper_preview.h"

#include <QPainter>
#include <algorithm>
#include <vector>

#include "exports/check/pdf_check.h"
#include "exports/figures/paper_figures.h"
#include "exports/paper/latex_run.h"
#include "exports/paper/markdown_table.h"
#include "exports/paper/table_document.h"
#include "widgets/document/background.h"

namespace slay {
namespace {

constexpr int most_pages = 8;

QImage image_of(const PdfImage& from) {
    return QImage(reinterpret_cast<const uchar*>(from.pixels.data()), from.width, from.height,
                  from.width * 4, QImage::Format_RGB32)
        .copy();
}

// The part of a page that has something on it, with a margin.
QImage trimmed(const QImage& page, int margin) {
    QRect ink;
    for (int y = 0; y < page.height(); ++y) {
        const auto* row = reinterpret_cast<const QRgb*>(page.constScanLine(y));
        const auto dark = [](QRgb pixel) { return qGray(pixel) < 250; };
        const auto* first = std::find_if(row, row + page.width(), dark);
        if (first == row + page.width()) continue;
        const auto last = std::find_if(std::make_reverse_iterator(row + page.width()),
                                       std::make_reverse_iterator(row), dark);
        const int left = static_cast<int>(first - row);
        const int right = static_cast<int>(last.base() - row) - 1;
        ink |= QRect(QPoint(left, y), QPoint(right, y));
    }
    if (ink.isEmpty()) return page;
    return page.copy(ink.adjusted(-margin, -margin, margin, margin));
}

QImage stacked(const std::vector<QImage>& pages) {
    if (pages.size() == 1) return pages.front();
    int width = 0, height = 0;
    for (const QImage& page : pages) {
        width = std::max(width, page.width());
        height += page.height();
    }
    QImage out(width, height, QImage::Format_RGB32);
    out.fill(Qt::white);
    QPainter painter(&out);
    int y = 0;
    for (const QImage& page : pages) {
        painter.drawImage(0, y, page);
        y += page.height();
    }
    return out;
}

bool is_table(const QString& stem) {
    return stem.startsWith("tables/");
}

// Draws what the preview's PDF shows; says what is wrong where it cannot.
void draw(PaperPreview& preview, double dots_per_inch) {
    preview.dots_per_inch = dots_per_inch;
    const auto pages = count_pages(preview.pdf);
    std::vector<QImage> images;
    for (int i = 0; pages && i < std::min(*pages, most_pages); ++i) {
        const auto drawn = draw_pdf(preview.pdf, dots_per_inch, i);
        if (!drawn) {
            preview.problem = QString::fromStdString(drawn.error().message);
            return;
        }
        const QImage page = image_of(*drawn);
        images.push_back(
            is_table(preview.stem) ? trimmed(page, static_cast<int>(dots_per_inch / 12)) : page);
    }
    if (!pages) preview.problem = QString::fromStdString(pages.error().message);
    if (!images.empty()) preview.image = stacked(images);
}

PaperPreview of_table(const PaperPlan& plan, const TableItem& item, double dots_per_inch,
                      const std::stop_token& stop) {
    PaperPreview out;
    out.stem = QString::fromStdString(item.stem);
    const Venue& page = plan.choice().page();
    const auto pdf = compile_text(table_document(plan.table_tex(item), plan.choice()), 1, stop);
    if (pdf) {
        out.pdf = *pdf;
        out.check =
            check_pdf(item.stem + ".tex", out.pdf, {0, 0, page.least_points, page.text_inches});
        draw(out, dots_per_inch);
    } else {
        out.problem = QString::fromStdString(pdf.error().message);
    }
    if (out.image.isNull()) out.text = QString::fromStdString(markdown_table(plan.table(item)));
    return out;
}

}  // namespace

PreviewMaker::PreviewMaker(QObject* parent) : QObject(parent) {}

PreviewMaker::~PreviewMaker() {
    stop_.request_stop();
}

template <typename Work>
void PreviewMaker::in_turn(Work work) {
    stop_.request_stop();
    stop_ = {};
    busy_ = true;
    emit started();
    in_background(
        this,
        [work = std::move(work), stop = stop_.get_token()] {
            return stop.stop_requested() ? PaperPreview() : work(stop);
        },
        [this, serial = ++serial_](const PaperPreview& preview) {
            if (serial != serial_) return;
            busy_ = false;
            emit made(preview);
        });
}

void PreviewMaker::make(std::shared_ptr<const PaperPlan> plan, const QString& stem,
                        double dots_per_inch) {
    const std::string wanted = stem.toStdString();
    const auto is = [&](const auto& item) { return item.stem == wanted; };
    const auto table = std::find_if(plan->tables().begin(), plan->tables().end(), is);
    if (table != plan->tables().end()) {
        in_turn([plan, item = *table, dots_per_inch](const std::stop_token& stop) {
            return of_table(*plan, item, dots_per_inch, stop);
        });
        return;
    }
    const auto figure = std::find_if(plan->figures().begin(), plan->figures().end(), is);
    if (figure == plan->figures().end()) return;
    FigureData data = plan->figure(*figure);
    const auto pdf = paper_figure_pdf(*plan, data);
    PaperPreview preview;
    preview.stem = stem;
    if (const std::string note = legend_note(*plan, data); !note.empty())
        preview.note = tr("In this figure %1.").arg(QString::fromStdString(note));
    if (pdf)
        preview.pdf = *pdf;
    else
        preview.problem = QString::fromStdString(pdf.error().message);
    const PageRule rule = figure_rule(plan->sized(data));
    in_turn([preview, data = std::move(data), rule, dots_per_inch](const std::stop_token&) {
        PaperPreview out = preview;
        if (out.pdf.empty()) return out;
        out.check = check_pdf(out.stem.toStdString() + ".pdf", out.pdf, rule, &data);
        draw(out, dots_per_inch);
        return out;
    });
}

void PreviewMaker::draw_again(const PaperPreview& from, double dots_per_inch) {
    if (from.pdf.empty()) return;
    in_turn([from, dots_per_inch](const std::stop_token&) {
        PaperPreview out = from;
        draw(out, dots_per_inch);
        return out;
    });
}

}  // namespace slay
