#include "widgets/look/definition.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <array>
#include <utility>

#include "engine/core/units.h"

namespace slay {
namespace {

struct Definition {
    const char* parameter;
    const char* text;  // UTF-8
};

constexpr std::array definitions{
    Definition{"nodes",
               "R: nodes of the Gauss\u2013Laguerre quadrature. 1/(C \u2212 2x) = "
               "\u222b\u2080^\u221e exp(\u2212s(C \u2212 2x)) ds \u2248 \u03a3_r w_r exp(2 s_r x), "
               "with s_r = t_r/C and w_r = \u03b1_r/C. Features grow as R \u00b7 P \u00b7 M."},
    Definition{
        "prf_features",
        "M: positive random features. For each node and head, prf_r(u)_m = exp(\u221a(2 s_r) "
        "\u03c9_m \u00b7 \u00fb \u2212 s_r) / \u221aM with \u03c9 ~ N(0, I), whose products "
        "estimate exp(2 s_r x). Performer: the columns of its projection W."},
    Definition{"poly_features",
               "P: features of the polynomial factor x\u00b2, x = q\u0302 \u00b7 k\u0302. With "
               "anchors a_p on the sphere they are (a_p \u00b7 \u00fb)\u00b2 / \u221aP: never "
               "negative, so that the denominator stays positive."},
    Definition{"epsilon",
               "\u03b5: C = 2 + \u03b5 in K(q, k) = x\u00b2 / (C \u2212 2x). It keeps the kernel "
               "finite where q and k are parallel: K is at most 1/\u03b5, at x = 1."},
    Definition{
        "length",
        "L: positions of the sequence. Causal attention lets row i see the columns j \u2264 i; "
        "softmax and exact Yat take time in L\u00b2, linearised forms in L."},
};

}  // namespace

QString as_printed(const QString& formula) {
    static const std::array<std::pair<QRegularExpression, QString>, 16> signs{{
        {QRegularExpression("\\(x\\)"), QString::fromUtf8("\u2297")},
        {QRegularExpression("sqrt\\(([A-Za-z_]+)\\)"), QString::fromUtf8("\u221a\\1")},
        {QRegularExpression("\\bsqrt\\("), QString::fromUtf8("\u221a(")},
        {QRegularExpression("\\^\\(-1/2\\)"), QString::fromUtf8("\u207b\u00b9\u2044\u00b2")},
        {QRegularExpression("\\^2"), QString::fromUtf8("\u00b2")},
        {QRegularExpression("\\b([uqk])\\^"), QString::fromUtf8("\\1\u0302")},
        {QRegularExpression("\\bPsi"), QString::fromUtf8("\u03a8")},
        {QRegularExpression("\\bomega"), QString::fromUtf8("\u03c9")},
        {QRegularExpression("\\balpha"), QString::fromUtf8("\u03b1")},
        {QRegularExpression("\\blambda"), QString::fromUtf8("\u03bb")},
        {QRegularExpression("\\bkappa"), QString::fromUtf8("\u03ba")},
        {QRegularExpression("\\bepsilon"), QString::fromUtf8("\u03b5")},
        {QRegularExpression("\\bpi\\b"), QString::fromUtf8("\u03c0")},
        {QRegularExpression(" \\. |(?<=[a-z])\\.(?=[a-z])"), QString::fromUtf8(" \u00b7 ")},
        {QRegularExpression(" - "), QString::fromUtf8(" \u2212 ")},
        {QRegularExpression(" \\* "), QString::fromUtf8(" \u2299 ")},
    }};
    QString out = formula;
    for (const auto& [pattern, sign] : signs) out.replace(pattern, sign);
    return out;
}

QString definition_tip(const VariantInfo& variant) {
    const auto text = [](const std::string& from) {
        return QString::fromStdString(clean_text(from, 400)).toHtmlEscaped();
    };
    const auto tr = [](const char* words) { return QCoreApplication::translate("slay", words); };
    QString tip =
        QString("<p><b>%1</b> (%2)</p><p>%3</p><p>%4")
            .arg(text(variant.label), text(variant.name),
                 as_printed(QString::fromStdString(clean_text(variant.formula, 400)))
                     .toHtmlEscaped(),
                 variant.complexity == Complexity::linear ? tr("Time and memory are linear in L.")
                                                          : tr("Time is quadratic in L."));
    if (variant.approximates_yat)
        tip += ' ' + tr("K(q, k) is estimated by \u03a3_r \u03a8_r(q) \u00b7 \u03a8_r(k).");
    if (variant.signed_estimate)
        tip += ' ' + tr("The estimate is signed: the denominator can pass through zero.");
    return tip + "</p>";
}

QString paper_definition(const std::string& parameter) {
    for (const Definition& each : definitions)
        if (parameter == each.parameter) return QString::fromUtf8(each.text);
    return {};
}

QString definition_of(const ParameterInfo& parameter) {
    const QString known = paper_definition(parameter.id);
    return known.isEmpty() ? QString::fromStdString(parameter.help) : known;
}

}  // namespace slay
