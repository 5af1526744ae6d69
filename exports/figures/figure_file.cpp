#include "exports/figures/figure_file.h"

#include <qcustomplot.h>

#include <QApplication>
#include <QBuffer>
#include <QImage>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <QThread>
#include <algorithm>

#include "engine/core/journal.h"
#include "exports/axis_scale.h"
#include "exports/figure_items.h"
#include "exports/figures/figure_renderer.h"
#include "exports/figures/pdf_date.h"
#include "exports/points_within.h"

namespace slay {
namespace {

constexpr int units_per_inch = 72 * static_cast<int>(FigureTheme::paper_units_per_point);

QSize units_of(const PaperFormat& format) {
    return {qRound(format.width_inches * units_per_inch),
            qRound(format.height_inches * units_per_inch)};
}

Status check(const PaperFormat& format) {
    const auto fits = [](double inches) { return inches >= 0.5 && inches <= 40; };
    if (!fits(format.width_inches) || !fits(format.height_inches))
        return Error{ErrorKind::usage, "A figure is between 0.5 and 40 inches wide and high."};
    const auto* app = qobject_cast<QApplication*>(QCoreApplication::instance());
    if (!app)
        return Error{ErrorKind::internal,
                     "Figures are drawn with widgets: a QApplication is needed."};
    if (QThread::currentThread() != app->thread())
        return Error{ErrorKind::internal, "Figures are drawn on the GUI thread."};
    return done();
}

// The title in the middle of the first line or, where it is too long, of the first lines. Returns
// the height it takes, in units.
int draw_title(const FigureData& data, const PaperFormat& format, const FigureTheme& theme,
               int width, QCPPainter& painter) {
    QFont font = theme.label_font;
    font.setPixelSize(qRound(format.title_points * FigureTheme::paper_units_per_point));
    font.setBold(true);
    painter.setFont(font);
    painter.setPen(QPen(theme.text));
    const QString title = QString::fromStdString(data.title);
    const int flags = Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap;
    const QRect needed = QFontMetrics(font).boundingRect(QRect(0, 0, width, width), flags, title);
    painter.drawText(QRect(0, 0, width, needed.height()), flags, title);
    return needed.height() + qRound(2 * theme.unit);
}

// The figure laid out at its size on paper, in units, onto any device of that many pixels. Returns
// where its legend is.
LegendPlace draw(const FigureData& data, const PaperFormat& format, QCPPainter& painter,
                 bool vector) {
    QCustomPlot plot;
    FigureRenderer renderer(&plot);
    const FigureTheme theme = FigureTheme::paper_theme(format);
    QSize size = units_of(format);
    painter.setMode(QCPPainter::pmVectorized, vector);
    painter.setMode(QCPPainter::pmNoCaching);
    painter.setMode(QCPPainter::pmNonCosmetic);
    if (format.title) {
        const int height = draw_title(data, format, theme, size.width(), painter);
        painter.translate(0, height);
        size.rheight() -= height;
    }
    plot.setViewport(QRect(QPoint(0, 0), size));
    renderer.show(data, theme, false);
    plot.toPainter(&painter, size.width(), size.height());
    return renderer.legend_place();
}

// Many categories, each with all variants beside each other, need both columns of a page.
PaperFormat wide_enough(PaperFormat format, const FigureData& data) {
    constexpr std::size_t most_in_a_column = 8;
    if (data.x.categories.size() > most_in_a_column)
        format.width_inches = std::max(format.width_inches, 6.75);
    return format;
}

}  // namespace

Result<LegendPlace> legend_place_of(const FigureData& data, const PaperFormat& format) {
    if (const Status status = check(format); !status) return status.error();
    QImage page(1, 1, QImage::Format_RGB32);  // nothing is looked at but the layout
    QCPPainter painter;
    painter.begin(&page);
    return draw(data, format, painter, false);
}

Result<std::string> figure_pdf(const FigureData& data, const PaperFormat& format,
                               const std::string& created) {
    if (const Status status = check(format); !status) return status.error();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setCreator(QStringLiteral("SLAY Workbench"));
        writer.setTitle(QString::fromStdString(data.title));
        writer.setResolution(units_per_inch);
        writer.setPageSize(QPageSize(QSizeF(format.width_inches, format.height_inches),
                                     QPageSize::Inch, QStringLiteral("figure"),
                                     QPageSize::ExactMatch));
        writer.setPageMargins(QMarginsF());
        QCPPainter painter;
        if (!painter.begin(&writer))
            return Error{ErrorKind::internal, data.id + ": the PDF writer did not start."};
        draw(data, format, painter, true);
        painter.end();
    }
    return with_pdf_date(bytes.toStdString(), created);
}

Status write_figure_pdf(const FigureData& data, const PaperFormat& format, const std::string& path,
                        const std::string& created) {
    const Result<std::string> pdf = figure_pdf(data, format, created);
    if (!pdf) return pdf.error();
    return write_file_atomically(path, *pdf);
}

namespace {

// Qt's SVG writer knows no clipping: what leaves the axes would run over the legend.
FigureData cut_to_axes(FigureData data) {
    const FigureData whole = data;
    const AxisRange across = x_range(data);
    for (Series& series : data.series) {
        const bool marked = series.kind == SeriesKind::measured || series.kind == SeriesKind::front;
        std::vector<FigurePoint> points = points_within(whole, series, 0, 1);
        // A crossing of the edge is no measured point: it gets no marker.
        if (marked && !series.band)
            std::erase_if(points, [&](const FigurePoint& point) {
                return std::none_of(series.points.begin(), series.points.end(),
                                    [&](const FigurePoint& each) {
                                        return each.x == point.x && each.y == point.y;
                                    });
            });
        // Without any point it would lose its line in the legend; above the axes is above the page.
        if (!points.empty()) series.points = std::move(points);
        for (FigurePoint& point : series.points)
            if (series.kind == SeriesKind::reference && !series.dots)
                point.x = std::clamp(point.x, across.low, across.high);
    }
    return data;
}

}  // namespace

Result<std::string> figure_svg(const FigureData& whole, const PaperFormat& format) {
    const FigureData data = cut_to_axes(whole);
    if (const Status status = check(format); !status) return status.error();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setResolution(units_per_inch);
        generator.setSize(units_of(format));
        generator.setViewBox(QRect(QPoint(0, 0), units_of(format)));
        generator.setTitle(QString::fromStdString(data.title));
        QCPPainter painter;
        if (!painter.begin(&generator))
            return Error{ErrorKind::internal, data.id + ": the SVG writer did not start."};
        draw(data, format, painter, true);
        painter.end();
    }
    return bytes.toStdString();
}

Status write_figure_svg(const FigureData& data, const PaperFormat& format,
                        const std::string& path) {
    const Result<std::string> svg = figure_svg(data, format);
    if (!svg) return svg.error();
    return write_file_atomically(path, *svg);
}

Result<std::string> figure_png(const FigureData& data, const PaperFormat& format,
                               int dots_per_inch) {
    if (const Status status = check(format); !status) return status.error();
    if (dots_per_inch < 36 || dots_per_inch > 2400)
        return Error{ErrorKind::usage, "A PNG has between 36 and 2400 dots per inch."};
    const double scale = static_cast<double>(dots_per_inch) / units_per_inch;
    QImage image(qRound(format.width_inches * dots_per_inch),
                 qRound(format.height_inches * dots_per_inch), QImage::Format_RGB32);
    if (image.isNull()) return Error{ErrorKind::usage, "This PNG would be too large for memory."};
    image.fill(Qt::white);
    image.setDotsPerMeterX(qRound(dots_per_inch / 0.0254));
    image.setDotsPerMeterY(qRound(dots_per_inch / 0.0254));
    {
        QCPPainter painter;
        painter.begin(&image);
        painter.scale(scale, scale);
        draw(data, format, painter, false);
        painter.end();
    }
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (!image.save(&buffer, "PNG"))
        return Error{ErrorKind::internal, data.id + ": the PNG could not be encoded."};
    return bytes.toStdString();
}

Status write_figure_png(const FigureData& data, const PaperFormat& format, const std::string& path,
                        int dots_per_inch) {
    const Result<std::string> png = figure_png(data, format, dots_per_inch);
    if (!png) return png.error();
    return write_file_atomically(path, *png);
}

std::vector<ExportJob> figure_jobs(const RunRecord& record, const PaperFormat& format) {
    std::vector<ExportJob> jobs;
    for (const FigureItem& item : figure_items(record)) {
        const std::string path = item.stem + ".pdf";
        jobs.push_back(
            {path, true, [&record, format, path, item](const std::string& folder) -> Status {
                 const std::string& created = record.finished_at().empty()
                                                  ? record.provenance().started
                                                  : record.finished_at();
                 const FigureData data = build_figure(*item.spec, record, item.options());
                 const auto pdf = figure_pdf(data, wide_enough(format, data), created);
                 if (!pdf) return pdf.error();
                 return write_export(folder, path, *pdf);
             }});
    }
    return jobs;
}

}  // namespace slay
