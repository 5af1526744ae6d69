// The tasks are well posed, their chance levels are what is stated, and their seeds differ.
#include "engine/tasks/task_data.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "engine/core/experiment_info.h"
#include "engine/core/sweep_spec.h"
#include "tests/tasks/task_solvers.h"

using namespace slay;
using namespace slay::testing;

namespace {

constexpr auto train = TaskSplit::train;

Shown shown(const TaskBatch& batch, const TaskSize& size, std::size_t i) {
    const auto length = static_cast<std::ptrdiff_t>(size.length);
    const auto begin = batch.tokens.begin() + static_cast<std::ptrdiff_t>(i) * length;
    return {size, {begin, begin + length}};
}

// The smallest, the documented and two odd ones in between.
std::vector<TaskSize> sizes_of(const TaskInfo& task) {
    std::vector<TaskSize> sizes{task.smallest, task.documented, {32, 16}, {47, 11}, {16, 3}};
    std::erase_if(sizes, [&](const TaskSize& s) { return !task_size_error(task, s).empty(); });
    return sizes;
}

void add_tasks() {
    QTest::addColumn<QString>("name");
    for (const TaskInfo& task : task_catalog())
        QTest::newRow(task.name.c_str()) << QString::fromStdString(task.name);
}

const TaskInfo& task_named(const QString& name) {
    return *find_task(name.toStdString());
}

// What follows what in the bigram task, from many sequences at the same size.
BigramTable learned_table(const TaskSize& size) {
    BigramTable table(static_cast<std::size_t>(size.vocabulary), -1);
    const TaskInfo& task = *find_task("bigram");
    const TaskBatch batch = draw_task(task, size, 99, train, 0, 400);
    const auto answers = static_cast<std::size_t>(task.answers(size));
    for (std::size_t i = 0; i < 400; ++i) {
        const Shown row = shown(batch, size, i);
        const auto question = question_of(row, row.tokens.size() - 1);
        for (std::size_t a = 0; a < answers; ++a)
            table[static_cast<std::size_t>(question[a])] = batch.answers[i * answers + a];
    }
    return table;
}

}  // namespace

class TaskDataTest : public QObject {
    Q_OBJECT

  private slots:
    void the_catalog_has_the_papers_suite() {
        std::map<TaskCategory, int> categories;
        std::set<std::string> names, titles;
        std::set<TaskCategory> left;  // categories come in blocks
        TaskCategory last = task_catalog().front().category;
        int suite = 0;
        for (const TaskInfo& task : task_catalog()) {
            QVERIFY2(names.insert(task.name).second && titles.insert(task.title).second,
                     task.name.c_str());
            if (task.category != last) left.insert(last);
            QVERIFY2(!left.contains(task.category), task.name.c_str());
            last = task.category;
            if (task.in_suite) ++categories[task.category];
            suite += task.in_suite ? 1 : 0;
            QVERIFY2(task.asked.ends_with('.'), task.name.c_str());
            QVERIFY2(task_size_error(task, task.documented).empty(), task.name.c_str());
            QCOMPARE(find_task(task.name), &task);
        }
        QCOMPARE(suite, 22);
        QCOMPARE(categories.size(), std::size_t{8});
        using enum TaskCategory;
        const std::map<TaskCategory, int> wanted{{basic, 3},      {memory, 4},     {long_range, 3},
                                                 {reasoning, 3},  {arithmetic, 4}, {pattern, 2},
                                                 {robustness, 2}, {aggregation, 1}};
        QVERIFY(categories == wanted);
        for (const char* name : {"copy", "sorting", "associative-recall", "needle"})
            QVERIFY2(find_task(name), name);
        QVERIFY(!find_task("Copy"));
        QCOMPARE(task_generators().size(), task_catalog().size());
        std::vector<std::string> choices;
        for (const TaskInfo& task : task_catalog()) choices.push_back(task.name);
        QVERIFY(find_parameter("task")->choices == choices);
    }

    void the_suites_preset_has_its_tasks_at_their_documented_sizes() {
        const auto spec = read_spec(SLAY_SOURCE_DIR "/presets/tasks-full.json");
        QVERIFY2(spec, spec ? "" : spec.error().message.c_str());
        std::vector<std::string> wanted, found;
        for (const TaskInfo& task : task_catalog())
            if (task.in_suite) wanted.push_back(task.name);
        for (const Scale& scale : spec->scales) {
            const TaskInfo* task = find_task(scale.parameters.text("task"));
            QVERIFY2(task, scale.label.c_str());
            found.push_back(task->name);
            QCOMPARE(scale.label, task->title);
            QCOMPARE(scale.parameters.integer("length"), task->documented.length);
            QCOMPARE(scale.parameters.integer("vocabulary"), task->documented.vocabulary);
        }
        QVERIFY(found == wanted);
    }

    void every_answer_follows_from_what_is_before_it_data() { add_tasks(); }
    void every_answer_follows_from_what_is_before_it() {
        QFETCH(QString, name);
        const TaskInfo& task = task_named(name);
        for (const TaskSize& size : sizes_of(task)) {
            const std::int64_t count = size.length > 200 ? 20 : 200;
            const BigramTable table = task.name == "bigram" ? learned_table(size) : BigramTable{};
            const TaskBatch batch = draw_task(task, size, 7, train, 3, count);
            const auto answers = static_cast<std::size_t>(task.answers(size));
            const auto length = static_cast<std::size_t>(size.length);
            QCOMPARE(batch.answers.size(), answers * static_cast<std::size_t>(count));
            for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
                Shown row = shown(batch, size, i);
                for (const std::int32_t token : row.tokens)
                    QVERIFY(token >= 0 && token < task_tokens(size));
                QCOMPARE(row.tokens[length - 1 - answers], task_token(size, TaskToken::delimiter));
                // A causal model sees nothing behind the answer: scribble over it.
                for (std::size_t a = answers; a-- > 0;) {
                    const std::size_t at = length - answers + a;
                    for (std::size_t k = at + 1; k < length; ++k) row.tokens[k] = 0;
                    const std::int32_t answer = batch.answers[i * answers + a];
                    const std::int32_t solved = task.name == "bigram"
                                                    ? solve_bigram(table, row, at, a)
                                                    : solve(task.name, row, at, a);
                    QVERIFY(answer >= 0 && answer < size.vocabulary);
                    QVERIFY2(solved == answer,
                             qPrintable(QStringLiteral("L = %1, V = %2, answer %3 of sequence %4: "
                                                       "%5, solved as %6")
                                            .arg(size.length)
                                            .arg(size.vocabulary)
                                            .arg(a)
                                            .arg(i)
                                            .arg(answer)
                                            .arg(solved)));
                }
            }
        }
    }

    // What the best guess from the position and its own token alone gets, counted on many
    // sequences and tried on others: neither more nor less than stated.
    void chance_is_what_is_stated_data() { add_tasks(); }
    void chance_is_what_is_stated() {
        QFETCH(QString, name);
        const TaskInfo& task = task_named(name);
        for (const TaskSize& size : {TaskSize{24, 8}, TaskSize{13, 5}}) {
            QVERIFY(task_size_error(task, size).empty());
            constexpr std::int64_t count = 20000;
            const auto answers = static_cast<std::size_t>(task.answers(size));
            const auto length = static_cast<std::size_t>(size.length);
            std::map<std::pair<std::size_t, std::int32_t>, std::map<std::int32_t, int>> counts;
            const auto each_answer = [&](std::uint64_t seed, const auto& take) {
                const TaskBatch batch = draw_task(task, size, seed, train, 0, count);
                for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
                    for (std::size_t a = 0; a < answers; ++a)
                        take(std::pair(a, batch.tokens[(i + 1) * length - answers + a]),
                             batch.answers[i * answers + a]);
            };
            each_answer(1, [&](const auto& seen, std::int32_t answer) { ++counts[seen][answer]; });
            std::map<std::pair<std::size_t, std::int32_t>, std::int32_t> guess;
            for (const auto& [seen, of] : counts)
                guess[seen] =
                    std::max_element(of.begin(), of.end(), [](const auto& x, const auto& y) {
                        return x.second < y.second;
                    })->first;
            double right = 0;
            each_answer(2, [&](const auto& seen, std::int32_t answer) {
                right += guess[seen] == answer ? 1 : 0;
            });
            const double total = static_cast<double>(count) * static_cast<double>(answers);
            const double measured = right / total, stated = task.chance(size);
            // Answers of one sequence are not independent, so `count` counts.
            const double allowed =
                4.5 * std::sqrt(stated * (1 - stated) / static_cast<double>(count));
            QVERIFY2(std::abs(measured - stated) < allowed,
                     qPrintable(QStringLiteral("measured %1, stated %2 +- %3")
                                    .arg(measured)
                                    .arg(stated)
                                    .arg(allowed)));
        }
    }

    // Sorted tokens and counts are what they are; everywhere else each answer is as likely.
    void answers_are_balanced_data() { add_tasks(); }
    void answers_are_balanced() {
        QFETCH(QString, name);
        const TaskInfo& task = task_named(name);
        if (task.name == "sorting" || task.name == "histogram") {
            const double even = 1.0 / 8;
            QVERIFY(task.chance({24, 8}) > even);  // stated, so that nobody takes it for 1 / V
            return;
        }
        const TaskSize size{24, 8};
        constexpr std::int64_t count = 20000;
        const auto answers = static_cast<std::size_t>(task.answers(size));
        const TaskBatch batch = draw_task(task, size, 5, train, 0, count);
        for (std::size_t a = 0; a < answers; ++a) {
            std::map<std::int32_t, int> counts;
            for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
                ++counts[batch.answers[i * answers + a]];
            const double even = static_cast<double>(count) / static_cast<double>(counts.size());
            for (const auto& [answer, times] : counts)
                QVERIFY2(std::abs(times - even) < 5 * std::sqrt(even),
                         qPrintable(QStringLiteral("answer %1 came %2 times, %3 expected")
                                        .arg(answer)
                                        .arg(times)
                                        .arg(even)));
        }
    }

    void a_longer_sort_has_a_known_chance() {
        // Two draws of two symbols: the smaller is 0 in 3 of 4 cases, the larger 1 in 3 of 4.
        QCOMPARE(find_task("sorting")->chance({5, 2}), 0.75);
        // Beyond the exact sum: the continuous density agrees with it where both are near.
        const double exact = find_task("sorting")->chance({201, 10000});
        const double dense = find_task("sorting")->chance({201, 1000000});
        QVERIFY(std::abs(dense * 100 / exact - 1) < 0.02);
    }

    void sequences_follow_from_the_seed_data() { add_tasks(); }
    void sequences_follow_from_the_seed() {
        QFETCH(QString, name);
        const TaskInfo& task = task_named(name);
        const TaskSize size{32, 16};
        const TaskBatch batch = draw_task(task, size, 1, train, 4, 16);
        QVERIFY(batch.tokens == draw_task(task, size, 1, train, 4, 16).tokens);
        // One sequence does not depend on how many are drawn.
        const TaskBatch fewer = draw_task(task, size, 1, train, 4, 5);
        QVERIFY(std::equal(fewer.tokens.begin(), fewer.tokens.end(), batch.tokens.begin()));
        QVERIFY(std::equal(fewer.answers.begin(), fewer.answers.end(), batch.answers.begin()));
        for (const TaskBatch& other :
             {draw_task(task, size, 2, train, 4, 16), draw_task(task, size, 1, train, 5, 16),
              draw_task(task, size, 1, TaskSplit::test, 4, 16)})
            QVERIFY(batch.tokens != other.tokens);
        std::set<std::vector<std::int32_t>> rows;
        for (std::size_t i = 0; i < 16; ++i) rows.insert(shown(batch, size, i).tokens);
        QVERIFY(rows.size() >= 15);
    }

    void a_size_that_is_too_small_says_so() {
        QCOMPARE(task_size_error(*find_task("copy"), {2, 8}),
                 std::string("The task copy needs a length of at least 3, not 2."));
        QCOMPARE(task_size_error(*find_task("needle"), {32, 2}),
                 std::string("The task needle needs a vocabulary of at least 3, not 2."));
        QVERIFY(task_size_error(*find_task("parity"), {32, 2}).empty());
    }
};

QTEST_APPLESS_MAIN(TaskDataTest)
#include "task_data_test.moc"
