#include "widgets/compare/compare_model.h"

#include <QApplication>
#include <algorithm>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"
#include "exports/panels.h"

namespace slay {
namespace {

QString plain(const std::string& text) {
    return QString::fromStdString(clean_text(text, 120));
}

QString heading_of(const std::string& parameter) {
    const ParameterInfo* info = find_parameter(parameter);
    return plain(info ? info->label : parameter);
}

}  // namespace

void CompareModel::refresh(const QString& filter, const QString& group) {
    beginResetModel();
    group_ = group.toStdString();
    rows_ = runs_.filtered(filter.toStdString(), group_);
    compared_.assign(rows_.size(), std::nullopt);
    columns_.clear();
    metric_ = {};
    if (!runs_.runs().empty()) metric_ = metric_info(*runs_.runs().front().record, runs_.metric());
    if (runs_.runs().size() > 1) columns_.push_back({Kind::run, {}, tr("Run")});
    columns_.push_back({Kind::variant, {}, tr("Variant")});
    for (const std::string& id : runs_.differing(rows_))
        columns_.push_back({Kind::parameter, id, heading_of(id)});
    // What the rows are grouped by stands first.
    const auto head = std::find_if(columns_.begin(), columns_.end(), [&](const Column& column) {
        return column.kind == Kind::run       ? group_ == "run"
               : column.kind == Kind::variant ? group_ == "variant"
                                              : column.id == group_;
    });
    if (head != columns_.end()) std::rotate(columns_.begin(), head, head + 1);
    const QString unit = plain(metric_.unit);
    columns_.push_back({Kind::value,
                        {},
                        plain(metric_.heading) + (unit.isEmpty() ? QString() : " (" + unit + ")")});
    if (runs_.baseline().kind != Baseline::Kind::none) {
        columns_.push_back({Kind::ratio, {}, tr("Ratio")});
        columns_.push_back({Kind::interval, {}, tr("99 % interval")});
        columns_.push_back({Kind::verdict, {}, tr("Verdict")});
    }
    endResetModel();
}

const RunComparison::Row* CompareModel::row_at(int row) const {
    const auto index = static_cast<std::size_t>(row);
    return row >= 0 && index < rows_.size() ? &runs_.rows()[rows_[index]] : nullptr;
}

int CompareModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int CompareModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

const Compared& CompareModel::compared(int row) const {
    auto& known = compared_[static_cast<std::size_t>(row)];
    if (!known) known = runs_.against(*row_at(row));
    return *known;
}

QString CompareModel::text_of(int row, const Column& column) const {
    const RunComparison::Row& at = *row_at(row);
    const auto number = [](double value, int digits) {
        return QString::fromStdString(format_number(value, digits));
    };
    switch (column.kind) {
        case Kind::run:
            return plain(runs_.runs()[at.run].label);
        case Kind::variant: {
            const VariantInfo* variant =
                runs_.runs()[at.run].record->variant(at.point->point.variant);
            return plain(variant && !variant->label.empty() ? variant->label
                                                            : at.point->point.variant);
        }
        case Kind::parameter: {
            const ParameterValue* value = at.point->point.parameters.find(column.id);
            return value ? plain(to_text(*value)) : QString();
        }
        case Kind::value:
            if (!at.value) return plain(std::string(to_string(at.point->result.state)));
            return number(at.value->value, metric_.digits);
        case Kind::ratio:
            return compared(row).ratio.value > 0 ? number(compared(row).ratio.value, 4) : QString();
        case Kind::interval: {
            const MetricValue& ratio = compared(row).ratio;
            if (!ratio.low || !ratio.high) return {};
            return number(*ratio.low, 4) + QStringLiteral(" \u2013 ") + number(*ratio.high, 4);
        }
        case Kind::verdict: {
            if (runs_.baseline_of(at) == nullptr) return {};
            const auto words = verdict_words(compared(row).verdict, runs_.metric());
            return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size()));
        }
    }
    return {};
}

QVariant CompareModel::sort_of(int row, const Column& column) const {
    const RunComparison::Row& at = *row_at(row);
    if (column.kind == Kind::value && at.value) return at.value->value;
    if (column.kind == Kind::ratio && compared(row).ratio.value > 0)
        return compared(row).ratio.value;
    if (column.kind == Kind::interval && compared(row).ratio.low) return *compared(row).ratio.low;
    if (column.kind == Kind::parameter) {
        const ParameterValue* value = at.point->point.parameters.find(column.id);
        if (value && !std::holds_alternative<std::string>(*value))
            return at.point->point.parameters.real(column.id);
    }
    return text_of(row, column).toLower();
}

QVariant CompareModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !row_at(index.row())) return {};
    const Column& column = columns_[static_cast<std::size_t>(index.column())];
    if (role == Qt::DisplayRole) return text_of(index.row(), column);
    if (role == sort_role) return sort_of(index.row(), column);
    if (role == Qt::TextAlignmentRole) {
        const bool words = column.kind == Kind::run || column.kind == Kind::variant ||
                           column.kind == Kind::verdict;
        return QVariant::fromValue(
            Qt::Alignment(Qt::AlignVCenter | (words ? Qt::AlignLeft : Qt::AlignRight)));
    }
    if (role == Qt::FontRole) {
        const auto at = static_cast<std::size_t>(index.row());
        if (index.column() > 0 || !runs_.begins_group(rows_, at, group_)) return {};
        QFont font = QApplication::font();
        font.setWeight(QFont::DemiBold);
        return font;
    }
    if (role == Qt::ToolTipRole && column.kind == Kind::verdict)
        return tr(
            "A difference counts where the whole interval of the ratio lies beyond what two "
            "runs of one program differ by: 2 % on a GPU, 5 % on a CPU; between two "
            "runs half as much again, five spreads of single samples, and 0.1 ms where launches "
            "by the host, not the GPU, take the time.");
    return {};
}

QString CompareModel::column_id(int column) const {
    const Column& at = columns_[static_cast<std::size_t>(column)];
    switch (at.kind) {
        case Kind::run:
            return "run";
        case Kind::variant:
            return "variant";
        case Kind::parameter:
            return QString::fromStdString(at.id);
        case Kind::value:
            return "value";
        case Kind::ratio:
            return "ratio";
        case Kind::interval:
            return "interval";
        case Kind::verdict:
            break;
    }
    return "verdict";
}

QVariant CompareModel::headerData(int section, Qt::Orientation orientation, int role) const {
    // A head stands over its figures: to the right where they are numbers.
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole && rowCount() > 0) {
        const QVariant cell = data(index(0, section), role);
        return cell.isValid() ? cell : QVariant(int(Qt::AlignLeft | Qt::AlignVCenter));
    }
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    const auto index = static_cast<std::size_t>(section);
    return index < columns_.size() ? columns_[index].heading : QVariant();
}

}  // namespace slay
