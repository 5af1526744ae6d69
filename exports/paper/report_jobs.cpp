#include "exports/paper/report_jobs.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "exports/check/pdf_check.h"
#include "exports/paper/latex_run.h"
#include "exports/paper/report.h"
#include "exports/paper/reproduce.h"

namespace slay {
namespace {

Status write_script(const std::string& folder, const PaperPlan& plan) {
    const Status written = write_export(folder, "reproduce.sh", reproduce_script(plan));
    if (!written) return written;
    std::error_code ignored;  // a file system may know no such right; sh runs it all the same
    using std::filesystem::perms;
    std::filesystem::permissions(std::filesystem::path(folder) / "reproduce.sh",
                                 perms::owner_exec | perms::group_exec | perms::others_exec,
                                 std::filesystem::perm_options::add, ignored);
    return done();
}

}  // namespace

std::vector<ExportJob> report_jobs(const std::shared_ptr<const PaperPlan>& plan, bool with_figures,
                                   const std::shared_ptr<PaperOutcome>& outcome,
                                   std::stop_token stop) {
    std::vector<ExportJob> jobs;
    jobs.push_back({"report.tex", false, [plan, with_figures](const std::string& folder) {
                        return write_export(folder, "report.tex", report_tex(*plan, with_figures));
                    }});
    jobs.push_back({"reproduce.sh", false,
                    [plan](const std::string& folder) { return write_script(folder, *plan); }});
    jobs.push_back({"export.json", false, [plan](const std::string& folder) {
                        return write_export(folder, "export.json",
                                            to_json(plan->choice()).dump(2) + "\n");
                    }});
    if (!find_pdflatex()) {
        outcome->notes.push_back("report.pdf was not made: " + no_pdflatex_text());
        return jobs;
    }
    jobs.push_back(
        {"report.pdf", false, [plan, outcome, stop](const std::string& folder) -> Status {
             std::vector<std::string> too_wide;
             const auto pdf = compile_latex({folder, "report.tex", 2, 180, stop, {}}, &too_wide);
             if (!pdf) return pdf.error();
             for (const std::string& line : too_wide)
                 outcome->notes.push_back("report.tex: " + line);
             const Venue& page = plan->choice().page();
             const PageRule rule{0, 0, page.least_points, page.text_inches};
             outcome->pdfs.push_back({"report.pdf", *pdf, rule, nullptr});
             return write_export(folder, "report.pdf", *pdf);
         }});
    return jobs;
}

ExportJob check_job(const std::shared_ptr<PaperOutcome>& outcome) {
    return {"paper_check.json", false, [outcome](const std::string& folder) {
                for (const WrittenPdf& pdf : outcome->pdfs)
                    outcome->check.files.push_back(
                        check_pdf(pdf.path, pdf.bytes, pdf.rule, pdf.data.get()));
                outcome->pdfs.clear();
                return write_export(folder, "paper_check.json",
                                    to_json(outcome->check).dump(2) + "\n");
            }};
}

}  // namespace slay
