// Puts a compiled model (package_model.cpp) into packages as AOTInductor's own packager lays them
// out. make_own_packages FOLDER MODEL.so
#include <caffe2/serialize/inline_container.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace {

void write(const std::string& folder, const std::string& name, const std::string& model,
           const std::string& device) {
    caffe2::serialize::PyTorchStreamWriter archive(folder + '/' + name + ".pt2");
    const auto add = [&](const std::string& record, const std::string& bytes) {
        archive.writeRecord(record, bytes.data(), bytes.size());
    };
    const std::string stem = "data/aotinductor/model/" + name + ".wrapper";
    add("archive_format", "pt2");
    add("archive_version", "0");
    add("byteorder", "little");
    add(stem + ".cpp",
        "// The loader looks for the metadata beside the source, which it does not compile.\n");
    add(stem + ".so", model);
    add(stem + "_metadata.json", R"({"AOTI_DEVICE_KEY": ")" + device + R"("})");
    archive.writeEndOfFile();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 64;
    std::ifstream file(argv[2], std::ios::binary);
    const std::string model{std::istreambuf_iterator<char>(file), {}};
    if (model.empty()) return 66;
    for (const char* name : {"windowed", "fixed", "short", "crashing"})
        write(argv[1], name, model, "cpu");
    write(argv[1], "elsewhere", model, "cuda");
    std::puts("written");
}
