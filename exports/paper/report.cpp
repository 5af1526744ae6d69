#include "exports/paper/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/core/units.h"
#include "exports/latex_text.h"
#include "exports/panels.h"
#include "exports/paper/reproduce.h"

namespace slay {
namespace {

constexpr std::size_t most_reasons = 60;  // rows of what was not measured; the rest is in the CSV

std::string escaped(const std::string& text, std::size_t most = 300) {
    return latex_escape(text, most);
}

std::string preamble(const PaperPlan& plan) {
    const Venue& page = plan.choice().page();
    std::string out = fmt::format(
        "\\documentclass[{}pt]{{article}}\n"
        "\\usepackage[papersize={{{:g}in,{:g}in}},textwidth={:g}in,textheight={:g}in]{{geometry}}\n"
        "{}\n"
        "\\usepackage{{booktabs}}\n\\usepackage{{siunitx}}\n\\usepackage{{graphicx}}\n"
        "\\usepackage{{array}}\n",
        page.body_points, std::max(8.5, page.text_inches + 1.5),
        std::max(11.0, page.height_inches + 1.5), page.text_inches, page.height_inches,
        plan.choice().typeface().latex);
    out +=
        "\\setlength{\\parindent}{0pt}\\setlength{\\parskip}{4pt}\n"
        // Figures and tables stand where they are named.
        "\\makeatletter\n"
        "\\@beginparpenalty=10000\n"  // a list stays with the line before it
        "\\newcommand{\\slayplace}[1]{\\par\\medskip\\noindent\\begin{minipage}{\\textwidth}"
        "\\def\\@captype{#1}}\n"
        "\\newcommand{\\slayplaced}{\\end{minipage}\\par\\medskip}\n"
        "\\renewenvironment{table}[1][]{\\slayplace{table}}{\\slayplaced}\n"
        "\\renewenvironment{table*}[1][]{\\slayplace{table}}{\\slayplaced}\n"
        "\\renewenvironment{figure}[1][]{\\slayplace{figure}}{\\slayplaced}\n"
        "\\makeatother\n"
        "\\emergencystretch=3em\n"
        "\\pdfinfoomitdate=1 \\pdftrailerid{}\n"
        "\\begin{document}\n";
    return out;
}

std::string heading(const PaperPlan& plan) {
    const RunRecord& record = plan.whole();
    const std::string title =
        record.spec().title.empty() ? record.spec().name : record.spec().title;
    std::size_t measured = 0;
    for (const RecordedPoint& each : record.points())
        measured += is_measured(each.result.state) ? 1 : 0;
    return fmt::format(
        "{{\\LARGE\\bfseries\\raggedright {}\\par}}\n\\medskip\n"
        "{}; {} of {} points measured; {}.\\par\n",
        escaped(title, 200), escaped(record.provenance().device_name, 120), measured,
        record.points().size(), escaped(plan.date(), 60));
}

// Each finding with its answer; what none of its checks has a figure for is left out and counted.
std::string verdicts(const PaperPlan& plan) {
    std::string out = "\\section{Verdicts}\n";
    bool any = false;
    std::size_t silent = 0;
    for (const JudgedSet& judged : plan.judged()) {
        std::string rows;
        for (const FindingAnswer& answer : judged.answers) {
            const bool measured =
                std::any_of(answer.checks.begin(), answer.checks.end(),
                            [](const CheckAnswer& check) { return check.figure.has_value(); });
            if (!measured) {
                ++silent;
                continue;
            }
            rows += fmt::format("\\item \\textbf{{{}}}: {}{}\n", to_string(answer.verdict),
                                escaped(answer.finding->title, 200),
                                answer.reason.empty() ? "" : " (" + escaped(answer.reason) + ")");
        }
        if (rows.empty()) continue;
        any = true;
        out += "\\textbf{" + escaped(judged.set->title, 200) + "}\n\\begin{itemize}\n" + rows +
               "\\end{itemize}\n";
    }
    if (!any) out += "The run has no figures for any of the expected findings.\n";
    if (any && silent > 0)
        out += fmt::format("Of {} further {} the run says nothing.\n", silent,
                           silent == 1 ? "finding" : "findings");
    return out;
}

struct Drawn {
    const FigureItem* item;
    FigureData data;
    PaperChoice sized;
};

std::string label_of(const FigureItem& item) {
    return "fig:" + item.stem.substr(item.stem.find('/') + 1);
}

// A figure of column width stands beside the next one where the text has room for both.
std::string figures(const PaperPlan& plan, const std::vector<Drawn>& drawn) {
    std::string out;
    for (std::size_t i = 0; i < drawn.size();) {
        const double width = drawn[i].sized.figure_width();
        const bool pair = i + 1 < drawn.size() && width + drawn[i + 1].sized.figure_width() <=
                                                      plan.choice().page().text_inches + 1e-9;
        out += "\\begin{figure}[t]\n\\centering\n";
        for (std::size_t k = i; k < i + (pair ? 2 : 1); ++k) {
            if (k > i) out += "\\hfill\n";
            const FigureItem& item = *drawn[k].item;
            out += fmt::format(
                "\\begin{{minipage}}[t]{{{:g}in}}\n\\vspace{{0pt}}\\centering\n"
                "\\includegraphics{{{}.pdf}}\n\\caption{{{}}}\n\\label{{{}}}\n"
                "\\end{{minipage}}%\n",
                drawn[k].sized.figure_width(), item.stem,
                figure_caption(drawn[k].data, plan.shown()), label_of(item));
        }
        out += "\\end{figure}\n";
        i += pair ? 2 : 1;
    }
    return out;
}

// "Figure~\ref{fig:a}", "Figures~\ref{fig:a}, \ref{fig:b}".
std::string named(const std::vector<const Drawn*>& figures) {
    std::string out = figures.size() == 1 ? "Figure" : "Figures";
    for (std::size_t i = 0; i < figures.size(); ++i)
        out += (i == 0 ? "~" : ", ") + ("\\ref{" + label_of(*figures[i]->item) + '}');
    return out;
}

// What figures cannot show, each note with those it is about.
std::string notes_on(const std::vector<Drawn>& drawn) {
    std::map<std::string, std::vector<const Drawn*>> notes;
    for (const Drawn& each : drawn)
        for (const std::string& note : each.data.notes) {
            auto& about = notes[note];
            if (about.empty() || about.back() != &each) about.push_back(&each);
        }
    if (notes.empty()) return {};
    // In the order of the figures.
    std::vector<std::pair<const std::string*, const std::vector<const Drawn*>*>> rows;
    for (const auto& [note, about] : notes) rows.emplace_back(&note, &about);
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
        return a.second->front() < b.second->front();
    });
    std::string out =
        "\\subsection*{Notes on the figures}\n{\\small\\raggedright\n"
        "\\begin{itemize}\\itemsep0pt\n";
    for (std::size_t i = 0; i < std::min(rows.size(), most_reasons); ++i)
        out += "\\item " + named(*rows[i].second) + ": " + escaped(*rows[i].first, 300) + '\n';
    out += "\\end{itemize}}\n";
    if (rows.size() > most_reasons)
        out += fmt::format("{} more are in the window and in the CSV files.\n",
                           rows.size() - most_reasons);
    return out;
}

std::string experiment_section(const PaperPlan& plan, const std::string& experiment,
                               bool with_figures) {
    std::vector<Drawn> drawn;
    for (const FigureItem& item : plan.figures()) {
        if (item.spec->experiment != experiment || !with_figures) continue;
        FigureData data = plan.figure(item);
        PaperChoice sized = plan.sized(data);
        drawn.push_back({&item, std::move(data), std::move(sized)});
    }
    std::string tables, names;
    for (const TableItem& item : plan.tables()) {
        if (item.experiment != experiment) continue;
        tables += "\\input{" + item.stem + ".tex}\n";
        names += (names.empty() ? "Table~\\ref{tab:" : ", Table~\\ref{tab:") + item.table.id + '}';
    }
    const auto figure = [&](const Drawn& each) { return "\\ref{" + label_of(*each.item) + '}'; };
    if (!drawn.empty()) names += names.empty() ? "Figure" : ", Figure";
    if (drawn.size() == 1) names += '~' + figure(drawn.front());
    if (drawn.size() > 1)
        names += "s~" + figure(drawn.front()) + (drawn.size() == 2 ? " and~" : " to~") +
                 figure(drawn.back());
    if (tables.empty() && drawn.empty()) return {};
    const ExperimentInfo* info = find_experiment(experiment);
    std::string out = "\\section{" + escaped(info ? info->title : experiment, 120) + "}\n";
    // A head stays with what it names.
    if (info) out += escaped(info->question, 400) + "\\par\\nobreak\n";
    out += names + ".\\par\\nobreak\n";
    return out + figures(plan, drawn) + notes_on(drawn) + tables;
}

// Points by state, and the reasons of those that have one.
std::string not_measured(const PaperPlan& plan) {
    std::map<std::string, std::size_t> states;
    std::map<std::pair<std::string, std::string>, std::size_t> reasons;
    for (const RecordedPoint& each : plan.whole().points()) {
        const std::string state(to_string(each.result.state));
        ++states[state];
        if (!is_measured(each.result.state))
            ++reasons[{state, clean_text(each.result.reason, 220)}];
    }
    std::string out = "\\section{Points}\n";
    std::string words;
    for (const auto& [state, count] : states)
        words += fmt::format("{}{} {}", words.empty() ? "" : ", ", count, escaped(state, 40));
    out += words + ".\n";
    if (reasons.empty()) return out;
    out += "\\par Not measured, and why:\n{\\small\\raggedright\\begin{itemize}\\itemsep0pt\n";
    std::size_t rows = 0;
    for (const auto& [key, count] : reasons) {
        if (++rows > most_reasons) {
            out += fmt::format("\\item and {} more kinds, in the CSV files\n",
                               reasons.size() - most_reasons);
            break;
        }
        out += fmt::format("\\item {}{}: {}\n", escaped(key.first, 40),
                           count > 1 ? fmt::format(" ({} points)", count) : "",
                           key.second.empty() ? "not reached" : escaped(key.second, 220));
    }
    return out + "\\end{itemize}}\n";
}

void provenance_rows(std::string& out, const Provenance& from) {
    const auto row = [&](const char* name, const std::string& value) {
        if (!value.empty()) out += fmt::format("{} & {} \\\\\n", name, escaped(value, 200));
    };
    row("Device", from.device_name + (from.device.empty() ? "" : " (" + from.device + ")"));
    if (from.sm_count > 0) row("Multiprocessors", std::to_string(from.sm_count));
    row("Clocks", from.clocks);
    row("Driver", from.driver_version);
    row("CUDA", from.cuda_version);
    row("LibTorch", from.libtorch_version);
    row("CPU", from.cpu_model +
                   (from.cpu_threads > 0 ? fmt::format(", {} threads", from.cpu_threads) : ""));
    row("Memory", from.host_memory);
    row("System", from.operating_system);
    row("Program", "SLAY Workbench " + from.program_version);
    row("Revision", from.git_revision + (from.git_dirty ? ", with changes not committed" : ""));
    row("Build", from.build_type + (from.compiler.empty() ? "" : ", " + from.compiler) +
                     (from.timings_meaningful ? "" : " -- its timings mean nothing"));
    row("Started", from.started);
}

std::string provenance(const PaperPlan& plan) {
    std::string out = "\\section{Provenance}\n";
    for (const auto& run : plan.runs()) {
        out += "\\subsection*{Run " + escaped(run->run(), 120) + "}\n{\\small\n";
        std::vector<const Provenance*> starts{&run->provenance()};
        for (const Provenance& each : run->resumptions())
            if (!each.same_origin(*starts.back())) starts.push_back(&each);
        for (std::size_t i = 0; i < starts.size(); ++i) {
            if (i > 0) out += "\\par\\medskip Resumed:\\par\n";
            out += fmt::format(
                "\\begin{{tabular}}{{@{{}}l>{{\\raggedright\\arraybackslash}}p{{{:g}in}}@{{}}}}\n"
                "\\toprule\n",
                plan.choice().page().text_inches - 1.4);
            provenance_rows(out, *starts[i]);
            if (i == 0 && !run->finished_at().empty())
                out += "Finished & " + escaped(run->finished_at(), 60) + " \\\\\n";
            if (i == 0) out += "Preset & " + escaped(run->spec().name, 120) + " \\\\\n";
            out += "\\bottomrule\n\\end{tabular}\n";
        }
        out += "}\n";
    }
    return out;
}

std::string reproduction(const PaperPlan& plan) {
    std::string out =
        "\\section{Reproduce}\n\\texttt{reproduce.sh} beside this document holds the presets and "
        "runs:\\par\n{\\small\\raggedright\\ttfamily\\hyphenchar\\font=-1\n";
    for (const std::string& command : reproduce_commands(plan)) {
        std::string line = escaped(command, 2000);
        // Two hyphens in a row are one dash in a typewriter face too, where a ligature is set.
        std::string apart;
        for (std::size_t i = 0; i < line.size(); ++i) {
            apart += line[i];
            if (line[i] == '-' && i + 1 < line.size() && line[i + 1] == '-') apart += "{}";
        }
        out += apart + "\\par\n";
    }
    return out + "}\n";
}

}  // namespace

std::string report_tex(const PaperPlan& plan, bool with_figures) {
    const Provenance& from = plan.whole().provenance();
    std::string about;
    for (const char c : clean_text("SLAY Workbench " + from.program_version + ", run " +
                                       plan.whole().run() + ", " + from.started,
                                   200))
        about += c == '\n' ? ' ' : c;
    std::string out = "% " + about + "\n% pdflatex report.tex, twice\n" + preamble(plan);
    out += heading(plan) + verdicts(plan);
    for (const TableItem& item : plan.tables())
        if (item.experiment.empty()) out += "\\input{" + item.stem + ".tex}\n";
    for (const ExperimentInfo& experiment : experiment_catalog())
        out += experiment_section(plan, experiment.name, with_figures);
    out += not_measured(plan) + provenance(plan) + reproduction(plan);
    return out + "\\end{document}\n";
}

}  // namespace slay
