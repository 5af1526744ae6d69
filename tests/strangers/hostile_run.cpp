#include "tests/strangers/hostile_run.h"

#include "tests/core/core_samples.h"

namespace slay::samples {

const std::vector<Trick>& tricks() {
    static const std::vector<Trick> all{
        {"markup",
         R"(<img src="file:///etc/passwd"><b>bold</b><a href="http://evil.example">x</a>)"},
        {"terminal",
         "\x1b[2J\x1b]0;owned\x07\x1b[31mred\x9b"
         "31m\r\b\x7f"},
        {"latex", R"(\input{/etc/passwd}\immediate\write18{touch /tmp/x}$\catcode`\%=1 }{&#^~%)"},
        {"formula", R"(=HYPERLINK("http://evil.example";"x"))"},
        {"plus formula", "+1+cmd|' /C calc'!A0"},
        {"at formula", "@SUM(1+1)*cmd|' /C calc'!A0"},
        {"tab formula", "\t=1+1"},
        {"quotation", "\"a\nb\",\"=1+1"},
        {"climbing", "../../../../tmp/climbed"},
        {"absolute", "/tmp/absolute"},
        {"turned", "abc\u202Efdp.exe\u2066"},
        {"format", "%1 %2 %n %s {} {0} &File"},
    };
    return all;
}

// small_run() with `trick` in every place that takes a text. `own_ids`: the ids of points and
// groups too, so that they are no hashes.
std::vector<Event> hostile_run(const std::string& trick, bool own_ids) {
    std::vector<Event> events = small_run();
    const auto id = [&](const std::string& known) { return own_ids ? trick + known : known; };
    for (Event& event : events) {
        event.run = trick + "run";
        if (auto* started = std::get_if<RunStarted>(&event.body)) {
            Provenance& from = started->provenance;
            for (std::string* text :
                 {&from.program_version, &from.git_revision, &from.compiler, &from.device_name,
                  &from.cpu_model, &from.operating_system, &from.clocks, &from.started})
                *text = trick;
            started->plan.spec.title = started->plan.spec.description = trick;
            for (VariantInfo& variant : started->variants)
                variant.label = variant.latex_label = variant.formula = variant.style.marker =
                    trick;
            for (MetricInfo& metric : started->metrics)
                metric.heading = metric.unit = metric.help = trick;
            for (Point& point : started->plan.points) {
                point.id = id(point.id);
                if (own_ids) {
                    point.group = trick + point.group;
                    point.parameters.set(trick, trick);
                    // Two kinds, so that panels and files are named by them.
                    if (&point - started->plan.points.data() < 2)
                        point.parameters.set("dtype", trick);
                }
            }
        } else if (auto* begun = std::get_if<PointStarted>(&event.body)) {
            begun->point = id(begun->point);
        } else if (auto* taken = std::get_if<SamplesTaken>(&event.body)) {
            taken->point = id(taken->point);
        } else if (auto* done = std::get_if<PointFinished>(&event.body)) {
            done->point = id(done->point);
            done->result.reason = trick;
            done->result.notes = {{"backend", trick}, {trick, trick}};
            done->result.metrics[trick] = {1, {}, {}, 1};
        } else if (auto* message = std::get_if<Message>(&event.body)) {
            message->text = trick;
        } else if (auto* ended = std::get_if<RunFinished>(&event.body)) {
            ended->reason = ended->finished = trick;
        }
    }
    return events;
}

std::string lines_of(const std::vector<Event>& events) {
    std::string text;
    for (const Event& event : events) text += to_line(event) + '\n';
    return text;
}

}  // namespace slay::samples
