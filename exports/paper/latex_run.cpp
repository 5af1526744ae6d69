#include "exports/paper/latex_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "engine/core/preferences.h"
#include "engine/core/units.h"

extern char** environ;

namespace slay {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// A folder of one's own, gone with its owner.
class ScratchFolder {
  public:
    ScratchFolder() {
        std::error_code error;
        std::string pattern = (fs::temp_directory_path(error) / "slay-latex-XXXXXX").string();
        if (!error && mkdtemp(pattern.data())) path_ = pattern;
    }
    ~ScratchFolder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// "! Undefined control sequence." and the "l.12 ..." below it.
std::string first_message(const std::string& log) {
    std::istringstream lines(log);
    std::string line, message;
    while (std::getline(lines, line)) {
        if (message.empty() && line.starts_with("!")) {
            message = line.substr(std::min<std::size_t>(line.find_first_not_of("! "), line.size()));
        } else if (!message.empty() && line.starts_with("l.")) {
            return clean_text(message + " (" + line + ")", 400);
        }
    }
    return clean_text(message, 400);
}

std::vector<std::string> overfull_lines(const std::string& log) {
    std::vector<std::string> out;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("Overfull ")) out.push_back(clean_text(line, 200));
    return out;
}

class Actions {
  public:
    Actions() { posix_spawn_file_actions_init(&actions_); }
    ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    posix_spawn_file_actions_t* get() { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

// Starts it in a process group of its own; 0 where it does not start.
pid_t start(const std::string& program, const LatexRun& run, const std::string& output) {
    const std::vector<std::string> words{program,
                                         "-interaction=nonstopmode",
                                         "-halt-on-error",
                                         "-no-shell-escape",
                                         "-output-directory=" + output,
                                         run.source};
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    Actions actions;
    posix_spawn_file_actions_addopen(actions.get(), 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(actions.get(), 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(actions.get(), 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addchdir_np(actions.get(), run.folder.c_str());
    posix_spawnattr_t attributes{};
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    // Lines of the log are not broken at 79 characters, so that messages come whole.
    static std::string width = "max_print_line=1000";
    std::vector<char*> environment;
    for (char** each = environ; *each; ++each) environment.push_back(*each);
    environment.push_back(width.data());
    environment.push_back(nullptr);
    pid_t child = 0;
    const int failed = posix_spawn(&child, program.c_str(), actions.get(), &attributes, argv.data(),
                                   environment.data());
    posix_spawnattr_destroy(&attributes);
    return failed ? 0 : child;
}

enum class Ending { done, failed, late, stopped };

Ending wait_for(pid_t child, const std::stop_token& stop, Clock::time_point until) {
    for (int status = 0;;) {
        if (waitpid(child, &status, WNOHANG) == child)
            return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? Ending::done : Ending::failed;
        const bool late = Clock::now() > until;
        if (late || stop.stop_requested()) {
            kill(-child, SIGKILL);
            waitpid(child, &status, 0);
            return late ? Ending::late : Ending::stopped;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

}  // namespace

std::optional<std::string> find_pdflatex() {
    const auto runs = [](const std::string& path) { return access(path.c_str(), X_OK) == 0; };
    if (const char* given = std::getenv("SLAY_PDFLATEX"); given && *given) {
        if (runs(given)) return std::string(given);
        return std::nullopt;
    }
    const std::string found = latex_program();
    if (found.empty() || !runs(found)) return std::nullopt;
    return found;
}

std::string no_pdflatex_text() {
    return "pdflatex is not there: install texlive-latex-recommended, texlive-science and "
           "texlive-pictures, or name the program in the preferences or in SLAY_PDFLATEX";
}

Result<std::string> compile_latex(const LatexRun& run, std::vector<std::string>* too_wide) {
    const std::optional<std::string> program =
        run.program.empty() ? find_pdflatex() : std::optional(run.program);
    if (!program) return Error{ErrorKind::no_input, no_pdflatex_text()};
    const ScratchFolder scratch;
    if (scratch.path().empty())
        return Error{ErrorKind::cannot_create,
                     "LaTeX needs a temporary folder, and none can be "
                     "made: look at TMPDIR"};
    const fs::path stem = fs::path(scratch.path()) / fs::path(run.source).stem();
    const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                          std::chrono::duration<double>(run.seconds));
    for (int pass = 0; pass < run.passes; ++pass) {
        const pid_t child = start(*program, run, scratch.path());
        if (child == 0) return Error{ErrorKind::no_input, *program + ": does not start"};
        switch (wait_for(child, run.stop, until)) {
            case Ending::done:
                continue;
            case Ending::stopped:
                return Error{ErrorKind::cancelled, "LaTeX was cancelled"};
            case Ending::late:
                return Error{
                    ErrorKind::internal,
                    fmt::format("{}: LaTeX took more than {:g} seconds", run.source, run.seconds)};
            case Ending::failed: {
                const std::string message = first_message(content_of(stem.string() + ".log"));
                return Error{
                    ErrorKind::bad_data,
                    run.source + ": LaTeX stopped: " +
                        (message.empty() ? "it left no message; run pdflatex by hand" : message)};
            }
        }
    }
    std::string pdf = content_of(stem.string() + ".pdf");
    if (pdf.empty()) return Error{ErrorKind::bad_data, run.source + ": LaTeX made no page"};
    if (too_wide) *too_wide = overfull_lines(content_of(stem.string() + ".log"));
    return pdf;
}

Result<std::string> compile_text(const std::string& document, int passes, std::stop_token stop) {
    const ScratchFolder folder;
    if (folder.path().empty())
        return Error{ErrorKind::cannot_create, "no temporary folder can be made: look at TMPDIR"};
    std::ofstream file(fs::path(folder.path()) / "document.tex", std::ios::binary);
    file << document;
    file.close();
    if (!file) return Error{ErrorKind::io, folder.path() + ": cannot be written to"};
    return compile_latex({folder.path(), "document.tex", passes, 120, std::move(stop), {}});
}

}  // namespace slay
