#include "engine/run/slurm_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "engine/core/units.h"
#include "engine/run/child_process.h"
#include "engine/run/shell_quoted.h"

namespace slay {
namespace {

constexpr int no_such_program = 127;
constexpr int look_milliseconds = 100;

// A word that Slurm shows in its lists.
std::string plain_word(const std::string& text) {
    std::string word;
    for (const char c : text)
        word += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' ? c : '-';
    return word.substr(0, 60);
}

}  // namespace

std::string sbatch_script(const SlurmJob& job) {
    std::string words;
    for (const std::string& word : job.words) words += ' ' + shell_quoted(word);
    const std::string folder = shell_quoted(job.folder);
    return fmt::format(
        "#!/bin/bash\n"
        "# Task N measures shard N of the sweep in preset.json. A task that is requeued goes on with\n"
        "# what its journal holds.\n"
        "#SBATCH --job-name=slay-{}\n"
        "#SBATCH --array=1-{}\n"
        "#SBATCH --requeue\n"
        "#SBATCH --open-mode=append\n"
        "#SBATCH --output=shard-%a.log\n"
        "exec {} run {}/preset.json --shard \"$SLURM_ARRAY_TASK_ID/{}\" \\\n"
        "    --out {}/\"shard-$SLURM_ARRAY_TASK_ID\" --resume{}\n",
        plain_word(job.name), job.shards, shell_quoted(job.program), folder, job.shards, folder,
        words);
}

std::vector<std::string> sbatch_words(const SlurmJob& job) {
    std::vector<std::string> words{job.sbatch, "--parsable", "--chdir=" + job.folder};
    words.insert(words.end(), job.options.begin(), job.options.end());
    words.push_back(job.folder + "/job.sbatch");
    return words;
}

Result<std::string> submit(const SlurmJob& job) {
    std::vector<std::string> words = sbatch_words(job);
    auto child = ChildProcess::start({words.front(), {words.begin() + 1, words.end()}, {}});
    std::string said;
    if (child)
        while ((*child)->read(said, look_milliseconds)) {
        }
    const ChildEnd end = child ? (*child)->wait() : ChildEnd{};
    if (!child || end.code == no_such_program)
        return Error{ErrorKind::no_input,
                     "there is no sbatch here: the job is written; submit it on a login node of "
                     "the cluster"};
    if (end.signal != 0 || end.code != 0)
        return Error{ErrorKind::bad_data, "sbatch " + end.text()};
    // "123" or "123;cluster".
    const std::string id = said.substr(0, said.find_first_of(";\n"));
    if (id.empty() || !std::all_of(id.begin(), id.end(),
                                   [](unsigned char c) { return std::isdigit(c) != 0; }))
        return Error{ErrorKind::bad_data,
                     "sbatch answered with something else than a job's id: " + clean_text(said, 200)};
    return id;
}

}  // namespace slay
