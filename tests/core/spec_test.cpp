#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "engine/core/experiment_info.h"
#include "engine/core/sweep_spec.h"
#include "engine/core/variant_info.h"

using namespace slay;

namespace {

const char* good_text = R"({
  "schema": "slay-preset/1",
  "name": "test",
  "title": "A test",
  "description": "Every key once",
  "device": "cuda:1",
  "experiments": ["kernel-quality", "latency"],
  "variants": ["standard", {"name": "performer", "prf_features": 128, "orthogonal": true},
               "yat-performer-anchor"],
  "sweep": {
    "lengths": [256, 1e3],
    "widths": [128],
    "heads": [4],
    "dtypes": ["float32", "bfloat16"],
    "causal": [true, false],
    "epsilons": [1e-6, 1e-3],
    "nodes": [2, 4]
  },
  "scales": [{"label": "Small", "width": 64, "nodes": 2}],
  "overrides": {"kernel-quality": {"lengths": [64], "seeds": [0, 1, 2],
                                   "variants": ["yat-performer-anchor"],
                                   "scales": [{"label": "Tiny", "width": 32, "epsilon": 1}]}},
  "measurement": {"l2": "hot", "tf32": true, "min_samples": 5, "point_seconds": 1},
  "overlays": ["paper-a100-scaling"]
})";

QString quoted(const std::string& text) {
    return QString::fromStdString(text);
}

// A whole preset in which one member has been replaced; every preset is on one line but for it.
QByteArray preset_with(const char* key, const char* value) {
    QByteArray text = "{\"schema\": \"slay-preset/1\", \"name\": \"t\"";
    const std::pair<const char*, const char*> defaults[] = {{"experiments", "[\"latency\"]"},
                                                            {"variants", "[\"standard\"]"}};
    for (const auto& [name, plain] : defaults)
        if (qstrcmp(key, name) != 0) text += QByteArray(", \"") + name + "\": " + plain;
    return text + ",\n\"" + key + "\": " + value + "}";
}

// The axes of a preset: the shared ones, then the variants' own, each once.
QByteArray every_axis() {
    QByteArrayList keys;
    for (const ParameterInfo& row : shared_parameters())
        keys << QByteArray::fromStdString(row.axis);
    for (const VariantInfo& variant : variant_catalog())
        for (const ParameterInfo& row : variant.parameters)
            if (const auto key = QByteArray::fromStdString(row.axis); !keys.contains(key))
                keys << key;
    return keys.join(", ");
}

QByteArray every_experiment() {
    QByteArrayList names;
    for (const ExperimentInfo& row : experiment_catalog())
        names << QByteArray::fromStdString(row.name);
    return names.join(", ");
}

}  // namespace

class SpecTest : public QObject {
    Q_OBJECT

  private slots:
    void every_key_is_read() {
        const auto spec = parse_spec(good_text, "good.json");
        QVERIFY2(spec, spec ? "" : spec.error().message.c_str());
        QCOMPARE(quoted(spec->name), "test");
        QCOMPARE(quoted(spec->device), "cuda:1");
        QCOMPARE(spec->experiments, (std::vector<std::string>{"kernel-quality", "latency"}));
        QCOMPARE(spec->variants.size(), 3u);
        QCOMPARE(spec->variants[1].fixed.integer("prf_features"), std::int64_t{128});
        QVERIFY(spec->variants[1].fixed.flag("orthogonal"));
        QCOMPARE(spec->axes.at("lengths"),
                 (std::vector<ParameterValue>{std::int64_t{256}, std::int64_t{1000}}));
        QCOMPARE(spec->axes.at("causal"), (std::vector<ParameterValue>{true, false}));
        QCOMPARE(spec->axes.at("epsilons"), (std::vector<ParameterValue>{1e-6, 1e-3}));
        QCOMPARE(quoted(spec->scales.at(0).label), "Small");
        const Override& override = spec->overrides.at("kernel-quality");
        QCOMPARE(override.axes.at("seeds").size(), 3u);
        QCOMPARE(override.scales.at(0).parameters.real("epsilon"), 1.0);
        QCOMPARE(override.variants.size(), 1u);
        QCOMPARE(quoted(spec->measurement.l2), "hot");
        QVERIFY(spec->measurement.tf32);
        QCOMPARE(spec->measurement.min_samples, 5);
        QCOMPARE(spec->measurement.point_seconds, 1.0);
        QCOMPARE(spec->overlays, std::vector<std::string>{"paper-a100-scaling"});
    }

    void round_trip() {
        const auto spec = parse_spec(good_text, "good.json");
        const std::string text = to_text(*spec);
        const auto again = parse_spec(text, "again.json");
        QVERIFY2(again, again ? "" : again.error().message.c_str());
        QCOMPARE(*again, *spec);
        QCOMPARE(to_text(*again), text);
        QVERIFY(text.ends_with("}\n"));
    }

    void byte_order_mark_and_crlf_are_taken() {
        std::string text = "\xEF\xBB\xBF";
        for (const char* c = good_text; *c; ++c)
            text += *c == '\n' ? std::string("\r\n") : std::string(1, *c);
        QVERIFY(parse_spec(text, "x"));
    }

    void bad_text_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("message");  // after "bad.json"
        const auto row = [](const char* name, QByteArray text, const char* message) {
            QTest::newRow(name) << std::move(text) << QString::fromUtf8(message);
        };
        const auto set = [&](const char* name, const char* key, const char* value,
                             const char* message) { row(name, preset_with(key, value), message); };
        // No JSON at all.
        row("empty", "",
            ":1: not JSON: syntax error while parsing value - unexpected end of input; expected "
            "'[', '{', or a literal");
        row("garbage", "not json",
            ":1: not JSON: syntax error while parsing value - invalid literal; last read: 'no'");
        row("cut", "{\"schema\": \"slay-preset/1\",\n\"name\": ",
            ":2: not JSON: syntax error while parsing value - unexpected end of input; expected "
            "'[', '{', or a literal");
        row("comma", "{\n\"name\": \"t\",\n}",
            ":3: not JSON: syntax error while parsing object key - unexpected '}'; expected string "
            "literal");
        row("nan", preset_with("sweep", "{\"lengths\": [NaN]}"),
            ":2: not JSON: syntax error while parsing value - invalid literal; last read: "
            "'\"lengths\": [N' "
            "(JSON has no NaN and no Infinity)");
        row("infinity", preset_with("sweep", "{\"epsilons\": [-Infinity]}"),
            ":2: not JSON: syntax error while parsing value - invalid number; expected digit after "
            "'-'; last read: '-I' (JSON has no NaN and no Infinity)");
        row("overflow", preset_with("sweep", "{\"epsilons\": [1e999]}"),
            ":2: 1e999 is beyond the range of a double");
        row("not utf-8", "{\"name\":\n \"\xFF\"}",
            ":2: byte 11 is not UTF-8: expected JSON text in UTF-8");
        row("utf-16", QByteArray("\xFF\xFE{\0}\0", 6),
            ":1: byte 0 is not UTF-8: expected JSON text in UTF-8");
        row("nul", QByteArray("{\0}", 3), ":1: byte 1 is NUL: expected JSON text in UTF-8");
        row("deep", QByteArray(100000, '['), ": nested deeper than 32 levels");
        row("deep value", preset_with("title", QByteArray(40, '[') + QByteArray(40, ']')),
            ": nested deeper than 32 levels");
        row("too large", QByteArray(4'000'001, ' '), ": larger than 4 MB: this is not a preset");
        row("duplicate", "{\"name\": \"a\",\n\n\"name\": \"b\"}", ":3: /name: the key comes twice");
        row("duplicate inside", preset_with("sweep", "{\"lengths\": [1],\n\"lengths\": [2]}"),
            ":3: /sweep/lengths: the key comes twice");
        row("duplicate escaped", "{\"a\": 1, \"\\u0061\": 2}", ":1: /a: the key comes twice");
        // Another shape.
        row("a list", "[]", ":1: a list where an object (a preset) was expected");
        row("a number", "5", ":1: 5 where an object (a preset) was expected");
        row("null", "null", ":1: null where an object (a preset) was expected");
        row("no schema", "{}", ":1: /schema: missing; expected \"slay-preset/1\"");
        row("other schema", "{\"schema\": \"slay-preset/2\"}",
            ":1: /schema: \"slay-preset/2\" is not a schema this program reads; expected "
            "\"slay-preset/1\"");
        row("schema a number", "{\"schema\": 1}",
            ":1: /schema: 1 is not a schema this program reads; expected \"slay-preset/1\"");
        row("no name", "{\"schema\": \"slay-preset/1\"}", ":1: /name: missing");
        row("no experiments", "{\"schema\": \"slay-preset/1\", \"name\": \"t\"}",
            ":1: /experiments: missing");
        row("no variants",
            "{\"schema\": \"slay-preset/1\", \"name\": \"t\", \"experiments\": [\"latency\"]}",
            ":1: /variants: missing");
        // Keys.
        set("unknown key", "sweeps", "{}", ":2: /sweeps: unknown key; did you mean \"sweep\"?");
        set("unknown key far off", "colour", "1",
            ":2: /colour: unknown key; known are schema, name, title, description, device, "
            "experiments, variants, sweep, scales, overrides, measurement, overlays");
        set("key with slash", "a/b~", "1",
            ":2: /a~1b~0: unknown key; known are schema, name, title, description, device, "
            "experiments, variants, sweep, scales, overrides, measurement, overlays");
        set("unknown axis", "sweep", "{\"lenghts\": [1]}",
            ":2: /sweep/lenghts: unknown key; did you mean \"lengths\"?");
        set("derived axis", "sweep", "{\"\": [1]}",
            (":2: /sweep/: unknown key; known are " + every_axis()).constData());
        set("unknown measurement", "measurement", "{\"samples\": 1}",
            ":2: /measurement/samples: unknown key; did you mean \"min_samples\"?");
        set("unknown experiment", "experiments", "[\"latencies\"]",
            ":2: /experiments/0: \"latencies\" is no experiment; did you mean \"latency\"?");
        set("unknown variant", "variants", "[\"standard\",\n\"perfomer\"]",
            ":3: /variants/1: \"perfomer\" is no variant; did you mean \"performer\"?");
        set("unknown variant parameter", "variants",
            "[{\"name\": \"performer\", \"prf_feature\": 1}]",
            ":2: /variants/0/prf_feature: is no parameter of performer; did you mean "
            "\"prf_features\"?");
        set("variant without parameters", "variants", "[{\"name\": \"standard\", \"nodes\": 1}]",
            ":2: /variants/0/nodes: is no parameter of standard; it has none");
        set("override of nothing", "overrides", "{\"speed\": {}}",
            (":2: /overrides/speed: unknown key; known are " + every_experiment()).constData());
        set("override key", "overrides", "{\"latency\": {\"variant\": []}}",
            ":2: /overrides/latency/variant: unknown key; did you mean \"variants\"?");
        set("scale key", "scales", "[{\"label\": \"S\", \"widths\": 4}]",
            ":2: /scales/0/widths: unknown key; did you mean \"width\"?");
        // Types.
        set("experiments a text", "experiments", "\"latency\"",
            ":2: /experiments: \"latency\" where a list of experiments was expected");
        set("experiments of numbers", "experiments", "[1]",
            ":2: /experiments/0: 1 where a text was expected");
        set("variants an object", "variants", "{}",
            ":2: /variants: an object where a list of variants was expected");
        set("variant a number", "variants", "[5]",
            ":2: /variants/0: 5 where the name of a variant, or an object with one was expected");
        set("variant without name", "variants", "[{}]",
            ":2: /variants/0: has no name; expected \"name\": \"performer\"");
        set("sweep a list", "sweep", "[]",
            ":2: /sweep: a list where an object of axes was expected");
        set("axis a number", "sweep", "{\"lengths\": 256}",
            ":2: /sweep/lengths: 256 where a list of values was expected");
        set("axis of lists", "sweep", "{\"lengths\": [[256]]}",
            ":2: /sweep/lengths/0: a list where a single value was expected");
        set("axis of null", "sweep", "{\"lengths\": [null]}",
            ":2: /sweep/lengths/0: null where a single value was expected");
        set("axis of texts", "sweep", "{\"lengths\": [\"256\"]}",
            ":2: /sweep/lengths/0: \"256\" is not an integer");
        set("flag a number", "sweep", "{\"causal\": [1]}",
            ":2: /sweep/causal/0: 1 is neither true nor false");
        set("choice a number", "sweep", "{\"lanes\": [1]}",
            ":2: /sweep/lanes/0: 1 is not one of \"layer\", \"core\"");
        set("real a text", "sweep", "{\"epsilons\": [\"small\"]}",
            ":2: /sweep/epsilons/0: \"small\" is not a number");
        set("name a number", "title", "7", ":2: /title: 7 where a text was expected");
        set("tf32 a text", "measurement", "{\"tf32\": \"yes\"}",
            ":2: /measurement/tf32: \"yes\" is neither true nor false");
        set("overrides a list", "overrides", "[]",
            ":2: /overrides: a list where an object of experiments was expected");
        set("overlays a text", "overlays", "\"x\"",
            ":2: /overlays: \"x\" where a list of names was expected");
        set("scales an object", "scales", "{}",
            ":2: /scales: an object where a list of scales was expected");
        // Values.
        set("negative", "sweep", "{\"lengths\": [256,\n512,\n-5]}",
            ":4: /sweep/lengths/2: -5 is not a positive integer");
        set("zero", "sweep", "{\"heads\": [0]}", ":2: /sweep/heads/0: 0 is not a positive integer");
        set("fraction", "sweep", "{\"lengths\": [2.5]}",
            ":2: /sweep/lengths/0: 2.5 is not an integer");
        set("huge", "sweep", "{\"lengths\": [1e18]}",
            ":2: /sweep/lengths/0: 1e+18 is more than 1073741824, the largest length");
        set("beyond 64 bits", "sweep", "{\"lengths\": [99999999999999999999]}",
            ":2: /sweep/lengths/0: 1e+20 is more than 1073741824, the largest length");
        set("just too long", "sweep", "{\"lengths\": [1073741825]}",
            ":2: /sweep/lengths/0: 1073741825 is more than 1073741824, the largest length");
        set("negative seed", "sweep", "{\"seeds\": [-1]}", ":2: /sweep/seeds/0: -1 is negative");
        set("huge negative", "sweep", "{\"widths\": [-1e300]}",
            ":2: /sweep/widths/0: -1e+300 is less than 4, the smallest width");
        set("epsilon zero", "sweep", "{\"epsilons\": [0]}",
            ":2: /sweep/epsilons/0: 0 is less than 1e-09, the smallest epsilon");
        set("unknown type", "sweep", "{\"dtypes\": [\"float8\"]}",
            ":2: /sweep/dtypes/0: \"float8\" is not one of \"float64\", \"float32\", \"tf32\", "
            "\"bfloat16\", "
            "\"float16\"");
        set("value twice", "sweep", "{\"lengths\": [256, 256.0]}",
            ":2: /sweep/lengths/1: 256 comes twice");
        set("empty axis", "sweep", "{\"lengths\": []}",
            ":2: /sweep/lengths: an empty list; expected at least one value");
        set("empty experiments", "experiments", "[]",
            ":2: /experiments: an empty list; expected at least one experiment");
        set("empty variants", "variants", "[]",
            ":2: /variants: an empty list; expected at least one variant");
        set("experiment twice", "experiments", "[\"memory\", \"memory\"]",
            ":2: /experiments/1: \"memory\" comes twice");
        set("variant twice", "variants", "[\"linear\", \"linear\"]",
            ":2: /variants/1: linear comes twice");
        set("scale twice", "scales",
            "[{\"label\": \"S\", \"width\": 4}, {\"label\": \"S\", \"width\": 8}]",
            ":2: /scales/1/label: \"S\" comes twice");
        set("scale without label", "scales", "[{\"width\": 4}]",
            ":2: /scales/0: has no label; expected \"label\": \"Small\"");
        set("scale without parameter", "scales", "[{\"label\": \"S\"}]",
            ":2: /scales/0: sets no parameter; expected for example \"width\": 128");
        set("variant parameter out of range", "variants",
            "[{\"name\": \"yat-performer\", \"nodes\": 65}]",
            ":2: /variants/0/nodes: 65 is more than 64, the largest nodes");
        set("device", "device", "\"gpu\"",
            ":2: /device: \"gpu\" is no device; expected auto, cpu, cuda, cuda:1 or cuda:all");
        set("device index", "device", "\"cuda:-1\"",
            ":2: /device: \"cuda:-1\" is no device; expected auto, cpu, cuda, cuda:1 or cuda:all");
        set("climbing overlay", "overlays", "[\"../../etc/passwd\"]",
            ":2: /overlays/0: \"../../etc/passwd\" is not a name: expected letters, digits, - _ "
            "and . (first a letter or digit)");
        set("min above max", "measurement", "{\"min_samples\": 20,\n\"max_samples\": 10}",
            ":2: /measurement/min_samples: 20 samples at least, but 10 at most");
        set("interval of zero", "measurement", "{\"relative_interval\": 0}",
            ":2: /measurement/relative_interval: 0 is less than 1e-06, the smallest "
            "relative_interval");
        set("launch", "measurement", "{\"launch\": \"batched\"}",
            ":2: /measurement/launch: \"batched\" is not one of \"eager\", \"graph\"");
        set("long title", "title", ('"' + QByteArray(201, 'x') + '"').constData(),
            ":2: /title: a text of 201 bytes; at most 200 are taken");
        row("climbing name",
            "{\"schema\": \"slay-preset/1\", \"name\": \"../x\", \"experiments\": [], "
            "\"variants\": []}",
            ":1: /experiments: an empty list; expected at least one experiment");
        row("name with control characters",
            "{\"schema\": \"slay-preset/1\", \"experiments\": [\"latency\"], \"variants\": "
            "[\"linear\"], \"name\": \"a\\u001b[31m\"}",
            ":1: /name: \"a[31m\" is not a name: expected letters, digits, - _ and . (first a "
            "letter or digit)");
    }
    void bad_text() {
        QFETCH(QByteArray, text);
        QFETCH(QString, message);
        const auto spec = parse_spec(
            std::string_view(text.constData(), static_cast<std::size_t>(text.size())), "bad.json");
        QVERIFY(!spec);
        QCOMPARE(quoted(spec.error().message), "bad.json" + message);
        QCOMPARE(spec.error().kind, ErrorKind::bad_data);
    }

    void a_long_axis_is_refused() {
        std::string list = "{\"seeds\": [0";
        for (int i = 1; i <= 10'000; ++i) list += "," + std::to_string(i);
        const QByteArray text = preset_with("sweep", (list + "]}").c_str());
        const auto spec = parse_spec(text.toStdString(), "bad.json");
        QVERIFY(!spec);
        QCOMPARE(quoted(spec.error().message),
                 "bad.json:2: /sweep/seeds: a list of 10001 entries; at most 10000 are taken");
    }

    void json_without_text_has_no_line() {
        const auto spec = spec_from_json(nlohmann::json::parse("{\"schema\": 1}"), "editor");
        QVERIFY(!spec);
        QCOMPARE(
            quoted(spec.error().message),
            "editor: /schema: 1 is not a schema this program reads; expected \"slay-preset/1\"");
    }

    // A cut or changed byte never brings the reader down.
    void damaged_text_is_refused_or_read() {
        const std::string text = good_text;
        for (std::size_t at = 0; at < text.size(); ++at) {
            QVERIFY(!parse_spec(std::string_view(text).substr(0, at), "cut"));
            for (const int flip : {0x01, 0x20, 0x80}) {
                std::string changed = text;
                changed[at] = static_cast<char>(changed[at] ^ flip);
                const auto spec = parse_spec(changed, "changed");
                if (!spec) QVERIFY(!spec.error().message.empty());
            }
        }
    }

    void only_regular_files_are_read() {
        QTemporaryDir folder;
        const std::string at = folder.path().toStdString();
        const auto message = [](const std::string& path) {
            const auto spec = read_spec(path);
            return spec ? QString("read") : quoted(spec.error().message);
        };
        QCOMPARE(message(at), quoted(at + ": a directory, not a file"));
        QCOMPARE(message("/dev/zero"), "/dev/zero: a device, not a file");
        QCOMPARE(message("/dev/null"), "/dev/null: a device, not a file");
        QCOMPARE(message(at + "/none"), quoted(at + "/none: no such file or directory"));
        const std::string pipe = at + "/pipe";
        QCOMPARE(mkfifo(pipe.c_str(), 0600), 0);
        QCOMPARE(message(pipe), quoted(pipe + ": a pipe, not a file"));
        const std::string socket_path = at + "/socket";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, socket_path.c_str(), sizeof address.sun_path);
        const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
        QCOMPARE(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        QCOMPARE(message(socket_path), quoted(socket_path + ": a socket, not a file"));
        close(listener);
        QFile big(folder.filePath("big"));
        QVERIFY(big.open(QIODevice::WriteOnly) && big.resize(5'000'000));
        QCOMPARE(message(at + "/big"), quoted(at + "/big: larger than 4.00 MB"));
        const auto missing = read_spec(at + "/none");
        QCOMPARE(missing.error().kind, ErrorKind::no_input);
    }

    void settings_data() {
        QTest::addColumn<QString>("assignment");
        QTest::addColumn<QString>("outcome");  // the text of the changed member, or the message
        const auto row = [](const char* assignment, const char* outcome) {
            QTest::newRow(assignment) << assignment << outcome;
        };
        row("/sweep/lengths=[512]", "/sweep/lengths [512]");
        row("/sweep/lengths/0=512", "/sweep/lengths [512,1000]");
        row("/sweep/lengths/-=2048", "/sweep/lengths [256,1000,2048]");
        row("/sweep/batches=[2]", "/sweep/batches [2]");
        row("/device=cpu", "/device \"cpu\"");
        row("/measurement/point_seconds=0.5", "/measurement/point_seconds 0.5");
        row("/overrides/latency/lengths=[64]", "/overrides/latency/lengths [64]");
        row("/variants=[\"linear\"]", "/variants [\"linear\"]");
        row("lengths=[1]",
            "--set lengths=[1]: expected POINTER=VALUE, for example /sweep/lengths=[256,512]");
        row("/device",
            "--set /device: expected POINTER=VALUE, for example /sweep/lengths=[256,512]");
        row("/sweep/lengths=[512",
            "--set /sweep/lengths=[512:1: not JSON: syntax error while parsing array - unexpected "
            "end of input; expected ']'");
        row("/sweep/lengths=[0]",
            "--set /sweep/lengths=[0]: /sweep/lengths/0: 0 is not a positive integer");
        row("/sweep/lengths/4000000000=1",
            "--set /sweep/lengths/4000000000=1: there is nothing at /sweep/lengths/4000000000 to "
            "set");
        row("/sweep/lengths/x=1",
            "--set /sweep/lengths/x=1: there is nothing at /sweep/lengths/x to set");
        row("/device/x=1", "--set /device/x=1: there is nothing at /device/x to set");
        row("/swep/lengths=[1]",
            "--set /swep/lengths=[1]: /swep: unknown key; did you mean \"sweep\"?");
        row("/device=",
            "--set /device=:1: not JSON: syntax error while parsing value - unexpected end of "
            "input; expected '[', '{', or a literal");
    }
    void settings() {
        QFETCH(QString, assignment);
        QFETCH(QString, outcome);
        const auto spec = parse_spec(good_text, "good.json");
        const auto changed = with_setting(*spec, assignment.toStdString());
        if (!changed) {
            QCOMPARE(quoted(changed.error().message), outcome);
            QCOMPARE(changed.error().kind, ErrorKind::usage);
            return;
        }
        const QString pointer = outcome.section(' ', 0, 0);
        const nlohmann::json json = to_json(*changed);
        QCOMPARE(pointer + ' ' +
                     quoted(json.at(nlohmann::json::json_pointer(pointer.toStdString())).dump()),
                 outcome);
    }

    void measurement_schema_covers_every_field() {
        // Each field away from its default survives the round trip.
        auto spec = *parse_spec(good_text, "good.json");
        spec.measurement = {"hot", "eager", true, 3, 4, 5, 0.25, 6.5, 7.5, 8.5, 9.5, 10.5, 11};
        QCOMPARE(parse_spec(to_text(spec), "again")->measurement, spec.measurement);
        QCOMPARE(measurement_parameters().size(), 13u);
        for (const ParameterInfo& row : measurement_parameters()) {
            QVERIFY2(!row.label.empty() && !row.help.empty(), row.id.c_str());
            QVERIFY2(accept_value(row, row.fallback).ok(), row.id.c_str());
        }
    }
};

QTEST_APPLESS_MAIN(SpecTest)
#include "spec_test.moc"
