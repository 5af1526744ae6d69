// The tables that everything else reads agree with each other.
#include <QtTest>
#include <algorithm>
#include <set>

#include "engine/core/data_type.h"
#include "engine/core/experiment_info.h"
#include "engine/core/metric.h"
#include "engine/core/variant_info.h"

using namespace slay;

class CatalogTest : public QObject {
    Q_OBJECT

  private slots:
    void metrics_are_described_once() {
        std::set<std::string> ids, headings;
        for (const MetricInfo& row : metric_table()) {
            QVERIFY2(ids.insert(row.id).second, row.id.c_str());
            QVERIFY2(headings.insert(row.heading).second, row.heading.c_str());
            QVERIFY2(!row.help.empty() && row.help.ends_with("."), row.id.c_str());
            QVERIFY(row.digits >= 0 && row.digits <= 6);  // 0: a count
            QCOMPARE(find_metric(row.id), &row);
        }
        QVERIFY(!find_metric("speed"));
    }

    void experiments_name_known_metrics_and_parameters() {
        std::set<std::string> names;
        for (const ExperimentInfo& row : experiment_catalog()) {
            QVERIFY2(names.insert(row.name).second, row.name.c_str());
            QVERIFY2(!row.title.empty() && row.question.ends_with("?"), row.name.c_str());
            QVERIFY2(row.cost, row.name.c_str());
            QVERIFY(!row.metrics.empty());
            for (const std::string& id : row.metrics) QVERIFY2(find_metric(id), id.c_str());
            for (const std::string& id : row.axes) {
                const auto& shared = shared_parameters();
                QVERIFY2(std::any_of(shared.begin(), shared.end(),
                                     [&](const auto& each) { return each.id == id; }),
                         id.c_str());
            }
            QCOMPARE(find_experiment(row.name), &row);
        }
        QVERIFY(!find_experiment("speed"));
    }

    void parameters_accept_their_default() {
        std::set<std::string> ids, axes;
        for (const ParameterInfo& row : shared_parameters()) {
            QVERIFY2(ids.insert(row.id).second, row.id.c_str());
            QVERIFY2(!row.axis.empty() && axes.insert(row.axis).second, row.id.c_str());
            QVERIFY2(accept_value(row, row.fallback).ok(), row.id.c_str());
            QCOMPARE(find_parameter(row.id), &row);
            QCOMPARE(find_axis(row.axis), &row);
        }
        for (const ParameterInfo& row : derived_parameters()) {
            QVERIFY2(ids.insert(row.id).second, row.id.c_str());
            QVERIFY(row.axis.empty());
            QCOMPARE(find_parameter(row.id), &row);
        }
        for (const VariantInfo& variant : variant_catalog())
            for (const ParameterInfo& row : variant.parameters) {
                QVERIFY2(ids.count(row.id) == 0 && axes.count(row.axis) == 0, row.id.c_str());
                QVERIFY2(accept_value(row, row.fallback).ok(), row.id.c_str());
                QCOMPARE(find_axis(row.axis)->id, row.id);
                QVERIFY(find_parameter(row.id));
            }
        QVERIFY(!find_axis("") && !find_axis("head_dims") && !find_parameter("colour"));
    }

    void data_types_round_trip() {
        for (const DataType type : {DataType::float64, DataType::float32, DataType::tf32,
                                    DataType::bfloat16, DataType::float16})
            QVERIFY(parse_data_type(to_string(type)) == type);
        QVERIFY(!parse_data_type("float8"));
        QCOMPARE(bytes_of(DataType::float64), 8);
        QCOMPARE(bytes_of(DataType::float32), 4);
        QCOMPARE(bytes_of(DataType::tf32), 4);
        QCOMPARE(bytes_of(DataType::bfloat16), 2);
        QCOMPARE(bytes_of(DataType::float16), 2);
        // The choices of the parameter are the types.
        for (const std::string& choice : find_parameter("dtype")->choices)
            QVERIFY(parse_data_type(choice));
    }

    void values_are_written_shortest() {
        QCOMPARE(to_text(ParameterValue{true}), std::string("true"));
        QCOMPARE(to_text(ParameterValue{std::int64_t{4096}}), std::string("4096"));
        QCOMPARE(to_text(ParameterValue{1e-6}), std::string("1e-06"));
        QCOMPARE(to_text(ParameterValue{0.1}), std::string("0.1"));
        QCOMPARE(to_text(ParameterValue{std::string("layer")}), std::string("layer"));
    }

    void exit_codes_are_those_of_sysexits() {
        const std::pair<ErrorKind, int> codes[] = {
            {ErrorKind::usage, 64},     {ErrorKind::bad_data, 65},  {ErrorKind::no_input, 66},
            {ErrorKind::no_device, 69}, {ErrorKind::internal, 70},  {ErrorKind::cannot_create, 73},
            {ErrorKind::io, 74},        {ErrorKind::cancelled, 130}};
        for (const auto& [kind, code] : codes) QCOMPARE(exit_code(kind), code);
    }
};

QTEST_APPLESS_MAIN(CatalogTest)
#include "catalog_test.moc"
